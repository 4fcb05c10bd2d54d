// The shown table as Markdown and as LaTeX, every text escaped for the one or the other.
(() => {
  "use strict";

  const flat = (text) => text.replace(/[\s\u00a0\u202f]*[\r\n]+[\s\u00a0\u202f]*/g, " ");

  /** Text for a cell of a Markdown table (GitHub Flavored Markdown, section 4.10). */
  const forMarkdown = (text) => flat(text).replace(/[\\`*_[\]<>|~&$]/g, (character) => `\\${character}`);

  const LATEX = {
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "&": "\\&", "%": "\\%", $: "\\$", "#": "\\#", _: "\\_",
    "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}",
    "|": "\\textbar{}", '"': "\\textquotedbl{}",
    "\u00d7": "$\\times$", "\u2013": "--", "\u2014": "---", "\u2212": "$-$", "\u202f": "\\,", "\u00a0": "~",
    "\u2082": "$_2$", "\u00b5": "$\\mu$", "\u00b7": "$\\cdot$", "\u2019": "'", "\u201c": "``", "\u201d": "''",
    "\u2026": "\\ldots{}",
  };
  const SPECIAL = new RegExp(`[${Object.keys(LATEX).map((each) => `\\u{${each.codePointAt(0).toString(16)}}`).join("")}]`, "gu");

  /** Text for LaTeX: what it takes for a command becomes a character, our own signs become commands. */
  const forLatex = (text) => flat(text).replace(SPECIAL, (character) => LATEX[character]);

  /** A table of GitHub Flavored Markdown, with a line below it that says how it was shown. */
  function markdown(rows, columns, about) {
    const line = (cells) => `| ${cells.join(" | ")} |\n`;
    return (
      line(columns.map((column) => forMarkdown(column.heading))) +
      line(columns.map((column) => (column.right ? "---:" : "---"))) +
      rows.map((row) => line(columns.map((column) => forMarkdown(column.text(row))))).join("") +
      `\n${forMarkdown(about.text)}\n`
    );
  }

  /** A tabular that needs no package, with a comment that says how it was shown. */
  function latex(rows, columns, about) {
    const line = (cells) => `${cells.map(forLatex).join(" & ")} \\\\\n`;
    const kinds = columns.map((column) => (column.right ? "r" : "l")).join("");
    return (
      `% ${flat(about.text)}\n\\begin{tabular}{${kinds}}\n\\hline\n` +
      line(columns.map((column) => column.heading)) + "\\hline\n" +
      rows.map((row) => line(columns.map((column) => column.text(row)))).join("") +
      "\\hline\n\\end{tabular}\n"
    );
  }

  LeanMed.markup = { forMarkdown, forLatex, markdown, latex };
})();
