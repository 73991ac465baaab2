//! Posts one notification.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

use super::address::is_allowed;
use super::trust::Tls;
use super::{Trust, TrustError};

/// Bytes of an answer's body that are read; who sends more is hung up on.
pub const ANSWER_MAX: usize = 64 << 10;

/// Bytes of an answer's head, and headers in it.
const HEAD_MAX: usize = 64 << 10;

/// After the head of an answer, its body may take so long: nobody needs it.
const BODY_TIME: Duration = Duration::from_millis(200);

/// Attempts at a time, all in all.
const PLACES: usize = 64;

/// Letters of a reason.
const REASON_MAX: usize = 300;

/// Posts to receivers.
pub struct Courier {
    trust: Arc<Trust>,
    /// Made when somebody is called over TLS for the first time.
    tls: OnceCell<Tls>,
    places: Semaphore,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Courier")
    }
}

/// The way to a receiver.
struct Way {
    is_tls: bool,
    host: String,
    port: u16,
}

impl Courier {
    /// Takes certificates as `trust` says.
    pub fn new(trust: &Trust) -> Result<Self, TrustError> {
        trust.check()?;
        let (trust, tls) = (Arc::new(trust.clone()), OnceCell::new());
        Ok(Self { trust, tls, places: Semaphore::new(PLACES) })
    }

    async fn tls(&self) -> Result<&Tls, String> {
        let make = || async {
            let trust = Arc::clone(&self.trust);
            // The machine's list of CAs is long.
            let made = spawn_blocking(move || trust.tls()).await;
            made.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        };
        self.tls.get_or_try_init(make).await
    }

    /// Posts a JSON body to a URL with its secret, and returns the status of the answer; or why there was none in time.
    /// Waits for a place first, which counts for nothing.
    pub async fn post(
        &self,
        url: &str,
        secret: &str,
        body: Bytes,
        time: Duration,
    ) -> Result<u16, String> {
        let _place = self.places.acquire().await.map_err(|error| error.to_string())?;
        let late = |_| format!("no answer within {} ms", time.as_millis());
        let answered = timeout(time, self.call(url, secret, body)).await;
        let status = answered.unwrap_or_else(|elapsed| Err(late(elapsed)));
        status.map_err(|reason| reason.chars().take(REASON_MAX).collect())
    }

    async fn call(&self, url: &str, secret: &str, body: Bytes) -> Result<u16, String> {
        let uri: Uri = url.parse().map_err(|_| format!("{url} is no URL"))?;
        let way = Way::of(&uri)?;
        let stream = connect(&way).await?;
        let request = request(&uri, secret, body)?;
        if !way.is_tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(way.host).map_err(|error| error.to_string())?;
        let tls = self.tls().await?;
        let stream = tls.connector.connect(name, stream).await;
        exchange(stream.map_err(|error| tls.told(&error))?, request).await
    }
}

impl Way {
    fn of(uri: &Uri) -> Result<Self, String> {
        let (is_tls, port) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            _ => return Err("notifications go to http and https only".to_owned()),
        };
        let host = uri.host().ok_or("the URL has no host")?;
        // A URL has an IPv6 address in brackets, the resolver wants it without.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { is_tls, host, port: uri.port_u16().unwrap_or(port) })
    }
}

/// Connects to the first address of a host that answers. Where it must not go is found out after the look-up, so that
/// no name leads there.
async fn connect(way: &Way) -> Result<TcpStream, String> {
    let Way { host, port, .. } = way;
    let found = lookup_host((host.as_str(), *port)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| format!("{host}: {error}"))?.collect();
    if let Some(address) = found.iter().find(|address| !is_allowed(address.ip())) {
        return Err(format!("{host} is {}: notifications do not go there", address.ip()));
    }
    let mut reason = format!("{host} has no address");
    for address in found {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => reason = format!("cannot connect: {}", error.kind()),
        }
    }
    Err(reason)
}

fn request(uri: &Uri, secret: &str, body: Bytes) -> Result<Request<Full<Bytes>>, String> {
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let host = uri.authority().map_or("", http::uri::Authority::as_str);
    let secret = HeaderValue::from_bytes(format!("Bearer {secret}").as_bytes());
    let mut secret = secret.map_err(|_| "the secret cannot stand in a header".to_owned())?;
    secret.set_sensitive(true);
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, secret)
        .header(header::CONNECTION, "close")
        .body(Full::from(body));
    request.map_err(|error| error.to_string())
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shaken = http1::Builder::new().max_buf_size(HEAD_MAX).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error: hyper::Error| error.to_string())?;
    tokio::pin!(connection);
    let answering = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        // A status is all that counts, however the body goes on.
        let _ = timeout(BODY_TIME, read(answer)).await;
        Ok::<_, hyper::Error>(status)
    };
    tokio::pin!(answering);
    let answered = tokio::select! {
        biased;
        answered = &mut answering => answered,
        // The connection must be driven for the answer to come; when it ends, the answer says how.
        _ = &mut connection => answering.await,
    };
    answered.map_err(|error| told(&error))
}

/// An error with its causes: hyper's own text says little.
fn told(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Reads a body as far as it is read.
async fn read(mut answer: Response<Incoming>) {
    let mut bytes = 0;
    while bytes < ANSWER_MAX {
        match answer.body_mut().frame().await {
            Some(Ok(frame)) => bytes += frame.data_ref().map_or(0, Bytes::len),
            _ => return,
        }
    }
}
