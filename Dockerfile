# Both stages are Debian 12, so that the binary meets the C library it was linked against.
# (rust:1.95-slim without a suffix is a newer Debian.)
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked --bin quince

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/dist/quince /usr/local/bin/quince
EXPOSE 8080
# There is no shell and no curl in this image: quince asks itself.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/quince", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/quince"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
