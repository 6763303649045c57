# One image for every process of the service; compose.yaml says which is which.
FROM python:3.11-slim AS build
RUN python -m venv /tools && /tools/bin/pip install --no-cache-dir uv
WORKDIR /app
RUN python -m venv --without-pip .venv
COPY pyproject.toml constraints.txt ./
# "--extra ml" for an EMBEDDING_MODEL that sentence-transformers loads: ten times the size.
ARG EXTRAS=""
RUN /tools/bin/uv pip install --no-cache --compile-bytecode --python .venv -c constraints.txt -r pyproject.toml $EXTRAS
COPY . .
RUN /tools/bin/uv pip install --no-cache --python .venv --no-deps -e .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home uhok \
 && install -d -o uhok -g uhok /app/var
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PORT=9000 \
    DATA_DIR=/app/var
USER uhok
VOLUME /app/var
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
CMD ["uhok", "serve"]
