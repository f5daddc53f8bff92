# Two images of one source. `index` builds an index: it exports the encoder, which takes torch. `serve` asks one that is
# there: what it installs stands in serve.txt, and torch is not among it.
#   docker build --target index -t quoteline-index .
#   docker build --target serve -t quoteline .
ARG PYTHON=3.12-slim-trixie

FROM python:${PYTHON} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /source
RUN python -m venv /opt/quoteline
COPY constraints.txt serve.txt ./
RUN /opt/quoteline/bin/pip install --constraint constraints.txt --requirement serve.txt
COPY pyproject.toml README.md LICENSE ./
COPY rag rag
RUN /opt/quoteline/bin/pip install --no-deps .

FROM packages AS packages-index
# Where pip would take a CUDA build of torch, several gigabytes, name a CPU build instead: its wheel, by path or address.
ARG TORCH=torch
RUN /opt/quoteline/bin/pip install --constraint constraints.txt "${TORCH}" \
    && /opt/quoteline/bin/pip install --constraint constraints.txt .

FROM python:${PYTHON} AS base
RUN useradd --system --uid 10001 --no-create-home --home-dir /data quoteline \
    && install --directory --owner quoteline --group quoteline /index /documents /data
ENV PATH=/opt/quoteline/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 \
    RAG_INDEX=/index RAG_SOURCES=/documents RAG_DATA=/data
WORKDIR /data
USER 10001

FROM base AS index
COPY --from=packages-index /opt/quoteline /opt/quoteline
ENTRYPOINT ["rag"]
CMD ["index"]

FROM base AS serve
COPY --from=packages /opt/quoteline /opt/quoteline
ENV RAG_HOST=0.0.0.0 RAG_PORT=7860
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
ENTRYPOINT ["rag"]
CMD ["serve", "--api-only"]
