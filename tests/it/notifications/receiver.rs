//! A receiver of notifications in this process: over HTTP or TLS, well-behaved or not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};

/// What a receiver got.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) secret: String,
    pub(crate) content_type: String,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// What a receiver does with a notification.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Answers this status.
    Answers(u16),
    /// Answers a redirection to another path of its own.
    Redirects,
    /// Never answers.
    Hangs,
    /// Closes without an answer.
    Closes,
    /// Answers 200 and a body without end.
    Streams,
    /// Answers a head without end.
    EndlessHead,
    /// Answers 204 after it read the assets of this address with this token.
    CallsBack(String, String),
}

type Script = Arc<dyn Fn(usize, &Got) -> Does + Send + Sync>;

/// A receiver; gone when dropped.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    serving: JoinHandle<()>,
}

/// What a receiver has seen.
#[derive(Debug, Default)]
struct Seen {
    got: Mutex<Vec<Got>>,
    /// Bytes that it wrote.
    written: AtomicUsize,
    /// The assets as it read them before it answered.
    read: Mutex<Vec<Value>>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Receiver {
    /// One that answers 200.
    pub(crate) async fn good() -> Self {
        Self::doing(|_, _| Does::Answers(200)).await
    }

    /// One that does what `script` says of the n-th notification, from 0.
    pub(crate) async fn doing(
        script: impl Fn(usize, &Got) -> Does + Send + Sync + 'static,
    ) -> Self {
        Self::serving(script, None).await
    }

    /// One that answers 200 over TLS, with this certificate.
    pub(crate) async fn secure(certificate: CertifiedKey) -> Self {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate)));
        Self::serving(|_, _| Does::Answers(200), Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn serving(
        script: impl Fn(usize, &Got) -> Does + Send + Sync + 'static,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (script, viewer): (Script, _) = (Arc::new(script), Arc::clone(&seen));
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, viewer) = (Arc::clone(&script), Arc::clone(&viewer));
                let tls = tls.clone();
                tokio::spawn(async move {
                    let Some(tls) = tls else { return serve(stream, &script, &viewer).await };
                    serve(tls.accept(stream).await?, &script, &viewer).await
                });
            }
        });
        Self { address, seen, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/notify", self.address)
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.seen.got.lock().clone()
    }

    /// Bytes that it wrote of answers without end.
    pub(crate) fn written(&self) -> usize {
        self.seen.written.load(Ordering::Relaxed)
    }

    /// The assets as it read them, each time before it answered.
    pub(crate) fn read(&self) -> Vec<Value> {
        self.seen.read.lock().clone()
    }

    /// What it got, without tests.
    pub(crate) fn told(&self) -> Vec<Value> {
        let is_test = |body: &Value| body["notificationType"] == "TEST_NOTIFICATION";
        let all = self.got().into_iter().map(|got| got.body);
        all.filter(|body| !is_test(body)).collect()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    script: &Script,
    seen: &Seen,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let header = |name: &str| {
        let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(": ")).map_or("", |(_, value)| value).to_owned()
    };
    let length: usize = header("content-length").parse().unwrap();
    while bytes.len() < head + length {
        stream.read_buf(&mut bytes).await?;
    }
    let got = Got {
        secret: header("authorization"),
        content_type: header("content-type"),
        path: text.split(' ').nth(1).unwrap().to_owned(),
        body: serde_json::from_slice(&bytes[head..]).unwrap(),
    };
    let n = {
        let mut all = seen.got.lock();
        all.push(got.clone());
        all.len() - 1
    };
    let answer = |status: u16| format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n");
    match script(n, &got) {
        Does::Answers(status) => stream.write_all(answer(status).as_bytes()).await?,
        Does::Redirects => {
            let text = "HTTP/1.1 307 There\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(text.as_bytes()).await?;
        }
        Does::Hangs => std::future::pending().await,
        Does::Closes => {}
        Does::Streams => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n").await?;
            loop {
                seen.written.fetch_add(stream.write(&[b'x'; 16 << 10]).await?, Ordering::Relaxed);
            }
        }
        Does::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                let line = format!("X-{}: {}\r\n", n, "x".repeat(1000));
                seen.written.fetch_add(stream.write(line.as_bytes()).await?, Ordering::Relaxed);
            }
        }
        Does::CallsBack(address, token) => {
            let mut back = tokio::net::TcpStream::connect(&address).await?;
            let text = format!(
                "GET /mdm/v2/assets HTTP/1.1\r\nHost: q\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
            );
            back.write_all(text.as_bytes()).await?;
            let mut answered = Vec::new();
            back.read_to_end(&mut answered).await?;
            assert!(answered.starts_with(b"HTTP/1.1 200"), "{answered:?}");
            let head = answered.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            seen.read.lock().push(serde_json::from_slice(&answered[head..]).unwrap());
            stream.write_all(answer(204).as_bytes()).await?;
        }
    }
    stream.shutdown().await
}
