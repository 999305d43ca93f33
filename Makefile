# `make demo` and `make test` need nothing but Python 3.11 or later.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin
BACKENDS = tensorflow jax torch
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadgroup --durations 12

# The tests marked `real` read data sets from here; without it they say that they did not.
ifneq ($(wildcard ../shared/data),)
export KVAE_DATA ?= $(abspath ../shared/data)
endif

.PHONY: demo test lint clean

# Modules are compiled when they are first imported; all that is installed would take a minute.
INSTALL = $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable

# One environment for everything: the demonstration installs one backend into it, the tests the other two.
$(VENV)/python: pyproject.toml setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/demo: $(VENV)/python
	$(INSTALL) ".[tensorflow]"
	touch $@

$(VENV)/test: $(VENV)/python
	$(INSTALL) ".[test]"
	touch $@

# Trains a VAE on scikit-learn's handwritten digits, says how good it is, draws from it.
demo: $(VENV)/demo
	$(BIN)/kvae train digits/vae --out runs/demo-$$(date +%Y%m%d-%H%M%S)
	@echo "More: $(BIN)/kvae --help"

# XLA's optimisations take a quarter of the time of tests, whose small nets they make no faster; its newer emitters of kernels
# compile for twice as long as the older ones.
export JAX_DISABLE_MOST_OPTIMIZATIONS ?= 1
export XLA_FLAGS ?= --xla_cpu_use_fusion_emitters=false

# Two processes test at a time. Where each has threads for all cores, they wait for each other: PyTorch's tests take three times
# as long.
export OMP_NUM_THREADS ?= 1
export TF_NUM_INTRAOP_THREADS ?= 1
export TF_NUM_INTEROP_THREADS ?= 1

# Every process that the tests start would compile the sources once more.
unexport PYTHONDONTWRITEBYTECODE

# The contracts and everything that computes on each backend; data, command line and project once. On JAX and PyTorch there
# is no TensorFlow, as with their own installations: Keras would import it where it can, which takes seconds.
test: $(VENV)/test lint
	set -e; for backend in $(BACKENDS); do \
		echo "== $$backend"; \
		if [ $$backend = tensorflow ]; then paths=tests; else \
			paths="tests --ignore tests/data --ignore tests/cli"; \
			export PYTHONPATH=$(CURDIR)/tests/fixtures/no_tensorflow; \
		fi; \
		KERAS_BACKEND=$$backend $(PYTEST) $$paths; \
	done

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean:
	rm -rf $(VENV) build dist *.egg-info
