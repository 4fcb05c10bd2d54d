"use strict";
// Asks once a second what goes on. Where something changed, the page as the server has it by now replaces what is shown,
// so that there is one place that makes markup, and it escapes; between changes only the clocks move.
{
  const lost = document.getElementById("lost");
  let shown = null;

  const still = (said) =>
    JSON.stringify(said, (key, value) => (key === "elapsed_s" || key === "quiet_s" ? undefined : value));

  // As `duration` in page.py.
  const duration = (seconds) => {
    const whole = Math.floor(seconds);
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    if (hours) return `${hours} h ${minutes} min`;
    return minutes ? `${minutes} min ${rest} s` : `${rest} s`;
  };

  const replace = async () => {
    const answer = await fetch("/live.html", { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  };

  const look = async () => {
    try {
      const answer = await fetch("/live.json", { cache: "no-store" });
      const said = await answer.json();
      const now = still(said);
      if (shown !== now) await replace();
      shown = now;
      for (const run of said.runs) {
        const clock = document.getElementById(`elapsed-${run.run}`);
        if (clock) clock.textContent = duration(run.elapsed_s);
      }
      lost.hidden = true;
    } catch {
      lost.hidden = false;
      shown = null;
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
}
