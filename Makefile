# `make demo` and `make test` need only Python 3.11 or later, and a connection to a package index.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin
BACKENDS = tensorflow jax torch
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadgroup --durations 12

# The tests marked `real` read data sets from this folder. Without it they are skipped.
ifneq ($(wildcard ../shared/data),)
export KVAE_DATA ?= $(abspath ../shared/data)
endif

.PHONY: demo test test-newest test-lowest docs site test-explorer explorer chromium fuzz torture lint clean

# Compiling every installed module would take a minute. Modules are compiled when they are first imported.
CONSTRAINTS ?= constraints.txt
INSTALL = $(BIN)/python -m pip install --quiet --no-compile $(CONSTRAINTS:%=--constraint %) --editable

# The demonstration installs one backend into the environment, the tests install all. The site has an environment of its own, so
# that its packages are not part of the tests.
$(VENV)/python: pyproject.toml setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/demo: $(VENV)/python
	$(INSTALL) ".[tensorflow]"
	touch $@

$(VENV)/test: $(VENV)/python
	$(INSTALL) ".[test]"
	touch $@

$(VENV)/docs: $(VENV)/python
	$(INSTALL) ".[docs]"
	touch $@

$(VENV)/explorer: $(VENV)/python
	$(INSTALL) ".[torch,test-explorer]"
	touch $@

# Trains a VAE on scikit-learn's handwritten digits, evaluates it and draws samples.
demo: $(VENV)/demo
	$(BIN)/kvae train digits/vae --out runs/demo-$$(date +%Y%m%d-%H%M%S)
	@echo "More: $(BIN)/kvae --help"

# XLA's optimisations take a quarter of the time of the tests, and the small networks of the tests do not run faster with
# them. XLA's newer emitters of kernels take twice as long to compile a kernel as the older ones.
export JAX_DISABLE_MOST_OPTIMIZATIONS ?= 1
export XLA_FLAGS ?= --xla_cpu_use_fusion_emitters=false

# Two processes run tests at a time. If each had threads for all cores, they would wait for each other, and PyTorch's tests
# would take three times as long.
export OMP_NUM_THREADS ?= 1
export TF_NUM_INTRAOP_THREADS ?= 1
export TF_NUM_INTEROP_THREADS ?= 1

# If this variable were set, every process that the tests start would compile the sources again.
unexport PYTHONDONTWRITEBYTECODE

# Tests of computations run on each backend. Tests of data, of the command line, of trackers, of warnings and reports of runs,
# and of files that are damaged or whose writer is killed, run on one backend: they test code that no backend changes. Tests of
# data need TensorFlow because of TFDS. Tests that kill processes need it because of its threads. The others run on PyTorch, on
# which a process starts and trains a small model in the shortest time. On JAX and PyTorch Keras would import TensorFlow if it is
# installed, which takes seconds. An empty module therefore hides it.
ON_TENSORFLOW = data torture
ON_TORCH = cli tracking loading/test_fuzzing.py recipes/test_tracking.py recipes/test_finish.py recipes/test_scoring.py
NOT_tensorflow = $(ON_TORCH)
NOT_jax = $(ON_TENSORFLOW) $(ON_TORCH)
NOT_torch = $(ON_TENSORFLOW)
.NOTPARALLEL:
test: $(VENV)/test lint $(BACKENDS:%=test-%)

.PHONY: $(BACKENDS:%=test-%)
$(BACKENDS:%=test-%): test-%: $(VENV)/test
	@echo "== $*"
	$(if $(filter-out tensorflow,$*),PYTHONPATH=$(CURDIR)/tests/fixtures/no_tensorflow) KERAS_BACKEND=$* \
		$(PYTEST) tests $(patsubst %,--ignore tests/%,$(NOT_$*))

# The same tests with the newest dependencies, and with the lowest versions that pyproject.toml allows. XLA of the lowest
# versions of JAX and TensorFlow aborts if it gets a flag that it does not know.
test-newest:
	$(MAKE) test VENV=.venv-newest CONSTRAINTS=

test-lowest: build/lowest.txt
	$(MAKE) test VENV=.venv-lowest CONSTRAINTS=$< XLA_FLAGS=

build/lowest.txt: pyproject.toml
	mkdir -p build
	grep -oE '"[A-Za-z0-9_-]+>=[0-9.]+' $< | tr -d '"' | sed 's/>=/==/' | sort -u > $@

# Builds the site in build/site. Warnings are errors. Notebooks whose code has not changed keep their results.
docs:
	$(MAKE) site VENV=.venv-docs

site: export PATH := $(abspath $(BIN)):$(PATH)
site: export KERAS_BACKEND = jax
site: $(VENV)/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet \
		--doctree-dir build/doctrees docs build/site
	@echo "build/site/index.html"

# Opens the page of the explorer in a browser. gradio needs an older Pillow than the other tests, hence the environment.
test-explorer: build/explorer.txt
	$(MAKE) explorer VENV=.venv-explorer CONSTRAINTS=$<

build/explorer.txt: constraints.txt
	mkdir -p build
	grep -v "^pillow=" $< > $@

CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

explorer: chromium $(VENV)/explorer
	CHROMIUM="$(CHROMIUM)" KERAS_BACKEND=torch $(BIN)/python -m pytest -s tests/explorer

chromium:
	@test -n "$(CHROMIUM)" || { echo "Chromium is missing: run 'apt-get install chromium', \
	or name another program with 'make test-explorer CHROMIUM=/path/to/chromium'."; exit 1; }

# Kills every program that writes files, and fills its disk, at random moments, at every step and at every write. TORTURE holds
# further options.
torture: $(VENV)/test
	$(BIN)/python -m tests.torture $(TORTURE)

# Every reader reads FUZZ mutated files, others each time. A file at which a reader fails is printed, and is read first the next
# time. Ten thousand files of each kind take a night.
FUZZ ?= 10000
fuzz: $(VENV)/test
	KVAE_FUZZ=$(FUZZ) KERAS_BACKEND=$(firstword $(BACKENDS)) $(BIN)/python -m pytest --timeout 0 \
		tests/data/test_fuzzing.py tests/loading/test_fuzzing.py

# mypy needs the layout of an installation, in which kvae holds zoo, cli and weights. It does not follow an editable
# installation. Packages declare other types in other versions, so mypy runs only with the versions of constraints.txt.
lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
ifeq ($(CONSTRAINTS),constraints.txt)
	rm -rf build/types
	mkdir -p build/types/kvae
	ln -s $(abspath $(wildcard kvae/*) zoo cli weights) build/types/kvae
	cd build/types && $(abspath $(BIN))/python -m mypy --config-file $(abspath pyproject.toml) kvae
endif

clean:
	rm -rf $(VENV) .venv-docs .venv-explorer .venv-newest .venv-lowest build dist docs/generated *.egg-info
