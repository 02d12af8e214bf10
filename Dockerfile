# mopsctl with its locked versions, for a user who is not root. Mount a stack: docker run -v "$PWD:/stack" IMAGE plan -e sandbox
FROM python:3.11-slim
RUN useradd --create-home --uid 10001 mopsctl
WORKDIR /opt/mopsctl
COPY . .
RUN PYTHON=python3 sh scripts/bootstrap
ENV PATH="/opt/mopsctl/.venv/bin:$PATH"
USER mopsctl
WORKDIR /stack
ENTRYPOINT ["mopsctl"]
CMD ["--help"]
