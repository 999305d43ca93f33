#!/bin/bash
# The table of `python -m benchmarks` on a GPU, with random data and without a network, in less than ten minutes.
#
#     benchmarks/gpu.sh [WHEELS] [OPTION …]          # OPTIONs are those of `python -m benchmarks`
#
# WHEELS is a folder of wheels, which are installed into a temporary folder: Keras, and what else the machine's Python lacks.
# Download them where there is a network (pip's --platform and --python-version name the machine with the GPU):
#
#     pip download --no-deps --only-binary=:all: --dest WHEELS keras namex optree
#
# PYTHON names the program, by default python3. JAX and PyTorch must find the GPU. kvae itself runs from its repository.
set -euo pipefail
python=$(command -v "${PYTHON:-python3}")
cd "$(dirname "$0")/.."

if [ -d "${1:-}" ]; then
    site=$(mktemp -d)
    trap 'rm -rf "$site"' EXIT
    "$python" -m pip --quiet install --no-index --no-deps --no-compile --target "$site" "$1"/*.whl
    export PYTHONPATH=$site${PYTHONPATH:+:$PYTHONPATH}
    shift
fi

# Several processes share the memory of the GPU. JAX multiplies float32 matrices in TF32, so PyTorch does so too.
export XLA_PYTHON_CLIENT_PREALLOCATE=false TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1

"$python" -m benchmarks --backends jax,torch --times 20 --turns 3 --together "$@"
