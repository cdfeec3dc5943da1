# One target per service and one for the vendors' sandbox:  docker build --target payments-service .
#
# Every package comes from requirements.lock with its hash checked, once, into /wheels. After that nothing is
# downloaded: an image gets what its service needs of that folder, and none of the tools that the lock holds as well.

ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS wheels
WORKDIR /build
COPY requirements.lock .
RUN pip download --no-cache-dir --no-deps --require-hashes --only-binary=:all: --dest /wheels --requirement requirements.lock
COPY contracts contracts
COPY libs libs
COPY services services
RUN pip wheel --no-index --find-links /wheels --no-deps --wheel-dir /wheels ./contracts ./libs/* ./services/*

FROM ${PYTHON_IMAGE} AS runtime
RUN groupadd --gid 10001 bankrails \
    && useradd --uid 10001 --gid bankrails --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bankrails \
    && install --directory --owner=bankrails --group=bankrails --mode=0700 /keys
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os; from urllib.request import urlopen; urlopen(os.environ['HEALTH_URL'], timeout=4)"]

FROM wheels AS auth-service-packages
RUN python -m venv --without-pip /app && pip --python /app/bin/python install --no-cache-dir --no-index --find-links /wheels auth-service

FROM runtime AS auth-service
COPY --from=auth-service-packages /app /app
EXPOSE 8601
ENV HEALTH_URL=http://127.0.0.1:8601/health/live
ENTRYPOINT ["python", "-m", "auth_service"]

FROM wheels AS accounts-service-packages
RUN python -m venv --without-pip /app && pip --python /app/bin/python install --no-cache-dir --no-index --find-links /wheels accounts-service

FROM runtime AS accounts-service
COPY --from=accounts-service-packages /app /app
EXPOSE 8602
ENV HEALTH_URL=http://127.0.0.1:8602/health/live
ENTRYPOINT ["python", "-m", "accounts_service"]

FROM wheels AS payments-service-packages
RUN python -m venv --without-pip /app && pip --python /app/bin/python install --no-cache-dir --no-index --find-links /wheels payments-service

FROM runtime AS payments-service
COPY --from=payments-service-packages /app /app
EXPOSE 8603
ENV HEALTH_URL=http://127.0.0.1:8603/health/live
ENTRYPOINT ["python", "-m", "payments_service"]

FROM wheels AS settlement-watcher-packages
RUN python -m venv --without-pip /app && pip --python /app/bin/python install --no-cache-dir --no-index --find-links /wheels settlement-watcher

FROM runtime AS settlement-watcher
COPY --from=settlement-watcher-packages /app /app
EXPOSE 8604
ENV HEALTH_URL=http://127.0.0.1:8604/health/live
ENTRYPOINT ["python", "-m", "settlement_watcher"]

FROM wheels AS sandbox-packages
RUN python -m venv --without-pip /app && pip --python /app/bin/python install --no-cache-dir --no-index --find-links /wheels bankrails-sandbox

FROM runtime AS sandbox
COPY --from=sandbox-packages /app /app
EXPOSE 8600
ENV HEALTH_URL=http://127.0.0.1:8600/health
ENTRYPOINT ["python", "-m", "bankrails_sandbox", "--host", "0.0.0.0", "--port", "8600"]
