# The binary and nothing else: one image for every role.

FROM node:22.12.0-bookworm-slim AS node

FROM rust:1.95.0-bookworm AS build
# npm makes GraphiQL a part of the binary.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /portico
COPY . .
RUN cargo build --release --locked --package portico

FROM debian:12.8-slim
RUN useradd --system --uid 10001 --user-group portico
COPY --from=build /portico/target/release/portico /usr/local/bin/portico
USER portico
EXPOSE 4000
ENTRYPOINT ["portico"]
CMD ["serve"]
