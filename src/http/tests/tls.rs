//! TLS: who shakes hands, who does not, and that fates reach through it.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
        version::{TLS12, TLS13},
    },
};

use super::support::{Paths, Raw, within};
use crate::{
    certificates::Authority,
    engine::real_time,
    http::{Limits, Server, Tls},
};

const SHORT: Duration = Duration::from_millis(50);

/// A server, and what its clients trust.
struct Secure {
    server: Server,
    roots: RootCertStore,
}

async fn serve(limits: Limits) -> Secure {
    let now = Timestamp::from_millisecond(real_time::today().0).unwrap();
    let authority = Authority::new(now).unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let identity = authority.issue(listen.ip(), &[], now).unwrap();
    let tls = Tls::new(identity.into_certified_key()).unwrap();
    let door = Arc::new(Paths::default());
    let server = Server::bind_tls(listen, tls, door, limits).await.unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()).unwrap();
    Secure { server, roots }
}

type Stream = TlsStream<TcpStream>;

impl Secure {
    async fn shake(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
        alpn: &str,
    ) -> io::Result<Stream> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.into()];
        let stream = TcpStream::connect(self.server.local_addr()).await?;
        let name = ServerName::try_from("localhost").unwrap();
        within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
    }

    async fn connect(&self) -> Stream {
        self.shake(&[&TLS13], "http/1.1").await.unwrap()
    }

    /// What a client gets that asks for this, to the end of the connection, and how it ends.
    async fn all_of(&self, mut stream: Stream, target: &str) -> (Vec<u8>, Option<io::ErrorKind>) {
        let request = format!("GET {target} HTTP/1.1\r\nhost: example\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let end = within(stream.read_to_end(&mut bytes)).await;
        (bytes, end.err().map(|error| error.kind()))
    }

    async fn http2(&self) -> hyper::client::conn::http2::SendRequest<Empty<Bytes>> {
        let stream = self.shake(&[&TLS12, &TLS13], "h2").await.unwrap();
        let io = TokioIo::new(stream);
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender
    }
}

fn request(target: &str) -> Request<Empty<Bytes>> {
    Request::get(format!("https://localhost{target}")).body(Empty::new()).unwrap()
}

#[tokio::test]
async fn each_version_carries_each_protocol() {
    let secure = serve(Limits::default()).await;
    for version in [&TLS12, &TLS13] {
        let stream = secure.shake(&[version], "http/1.1").await.unwrap();
        let (bytes, end) = secure.all_of(stream, "/about HTTP/1.0\r\nx:").await;
        assert_eq!(end, None, "closed in order");
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.ends_with(r#" https Some("example")"#), "{text}");
        let stream = secure.shake(&[version], "h2").await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    }
    let mut sender = secure.http2().await;
    let answer = sender.send_request(request("/about")).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).ends_with(r#" https Some("localhost")"#), "{body:?}");
    assert!(secure.shake(&[&TLS13], "gopher").await.is_err());
}

#[tokio::test]
async fn a_cut_is_exact_in_what_the_client_can_read() {
    let secure = serve(Limits::default()).await;
    let (whole, _) = secure.all_of(secure.connect().await, "/cut?close=10000").await;
    let head = whole.len() - 100;
    for count in [0, 1, 17, head, head + 50, whole.len() - 1, whole.len() + 1000] {
        for (ends, kind) in [("reset", Some(io::ErrorKind::ConnectionReset)), ("close", None)] {
            let target = format!("/cut?{ends}={count}");
            let (bytes, end) = secure.all_of(secure.connect().await, &target).await;
            assert_eq!(bytes, whole[..count.min(whole.len())], "{target}");
            // FIN alone would be `UnexpectedEof`: what ends in order says so in TLS, too.
            assert_eq!(end, kind, "{target}");
        }
    }
    // More than TLS has room for at a time.
    let (bytes, _) =
        secure.all_of(secure.connect().await, "/cut?size=3000000&of=body&reset=2000000").await;
    assert_eq!(bytes.len(), 2_000_000 + whole.len() - 100 + "3000000".len() - "100".len());
}

#[tokio::test]
async fn garbage_arrives_as_it_was_meant() {
    let secure = serve(Limits::default()).await;
    let heard = secure.all_of(secure.connect().await, "/cut?garbage=gibberish").await;
    assert_eq!(heard, (b"gibberish".to_vec(), None));
}

#[tokio::test]
async fn on_http2_a_cut_ends_a_stream_or_the_connection() {
    let secure = serve(Limits::default()).await;
    for ends in ["reset", "close"] {
        let mut sender = secure.http2().await;
        for count in [0, 40] {
            let target = format!("/cut?of=body&{ends}={count}");
            let answer = sender.send_request(request(&target)).await.unwrap();
            let mut body = answer.into_body();
            let mut read = 0;
            let error = loop {
                match within(body.frame()).await.expect("no end in order") {
                    Ok(frame) => read += frame.into_data().unwrap().len(),
                    Err(error) => break error,
                }
            };
            assert_eq!(read, count, "{error}");
        }
        let other = sender.send_request(request("/about")).await.unwrap();
        assert_eq!(other.status(), 200, "the connection goes on");

        let target = format!("/cut?extent=connection&{ends}=0");
        assert!(within(sender.send_request(request(&target))).await.is_err());
        within(async {
            while !sender.is_closed() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_so() {
    let secure = serve(Limits::default()).await;
    for request in
        ["GET / HTTP/1.1\r\nhost: example\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "x"]
    {
        let mut client = Raw::connect(&secure.server).await;
        client.send(request).await;
        let answer = client.rest_to_fin().await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.ends_with("\r\n\r\nquince speaks TLS here: call https:// instead\n"));
    }
    // Something that begins like a handshake and is none.
    let mut client = Raw::connect(&secure.server).await;
    client.send([&[22u8][..], &[0xff; 64]].concat()).await;
    let (bytes, end) = client.rest().await;
    assert_eq!((bytes.first(), end), (Some(&21), None), "an alert, and the end");
}

#[tokio::test]
async fn who_never_ends_the_handshake_holds_nothing_up() {
    let secure =
        serve(Limits { handshake_timeout: SHORT, connections: 2, ..Limits::default() }).await;
    for start in [&b""[..], &[22], &[22, 3, 1, 0x40, 0, 1]] {
        let mut client = Raw::connect(&secure.server).await;
        client.send(start).await;
        // Meanwhile another one is served.
        let (bytes, _) = secure.all_of(secure.connect().await, "/cut?close=10").await;
        assert_eq!(bytes.len(), 10);
        let (_, end) = client.rest().await;
        assert_eq!(end, None, "{start:?}");
    }
}

#[tokio::test]
async fn a_stop_waits_for_no_handshake_and_for_each_exchange() {
    let secure = serve(Limits::default()).await;
    let mut silent = Raw::connect(&secure.server).await;
    silent.send([22]).await;
    let mut idle = secure.connect().await;
    idle.write_all(b"GET /dated HTTP/1.1\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    idle.read_exact(&mut first).await.unwrap();
    within(secure.server.stop()).await;
    let mut rest = Vec::new();
    assert!(idle.read_to_end(&mut rest).await.is_ok(), "closed in order");
}
