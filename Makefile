.PHONY: lock
UV = uv
COMPILE = $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock:  ## Resolve every dependency again and write the lock files (needs `uv`)
	$(COMPILE) --universal --python-version 3.11 pyproject.toml -o requirements/host.txt
	$(COMPILE) --universal --python-version 3.11 --extra workload -c requirements/host.txt pyproject.toml -o requirements/workload.txt
	$(COMPILE) --universal --python-version 3.11 --extra workload --extra dev -c requirements/workload.txt pyproject.toml -o requirements/dev.txt
	for v in 3.11 3.12 3.13; do \
	  $(COMPILE) --python-version $$v --python-platform x86_64-manylinux_2_28 -c requirements/workload.txt docker/requirements.in -o docker/requirements-py$$v.txt || exit 1; \
	done
