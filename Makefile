# Every recipe makes what it needs: the only things asked of the machine are Python 3.11, make and (for kubectl's tests) kubectl.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps

# Containers like to forbid it; then each of the hundreds of Pythons that the tests start compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo guide test check bench image docs format clean

demo: $(STAMPS)/base
	@$(BIN)/python demo/demo.py

guide: $(STAMPS)/dev
	@$(BIN)/python -m tests.guide

test: $(STAMPS)/dev
	$(BIN)/pytest -n 2 --dist loadscope --durations=15

check: $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMPS)/dev
	$(BIN)/python -m tests.bench

image: $(STAMPS)/dev
	@.ci/image

docs: $(STAMPS)/dev
	$(BIN)/python tests/docs/tables.py

format: $(STAMPS)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) report .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv installs in seconds what takes pip minutes; pip is only asked for uv itself.
$(STAMPS)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/base: $(STAMPS)/uv pyproject.toml
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -e .
	@$(BIN)/python -m compileall -q emulator conformance
	@touch $@

$(STAMPS)/dev: $(STAMPS)/uv pyproject.toml
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -e ".[dev,ma]"
	@$(BIN)/python -m compileall -q emulator conformance
	@touch $@ $(STAMPS)/base
