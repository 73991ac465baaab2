//! `quince healthcheck`: asks `/readyz` of a running server, for containers and scripts that have no
//! other HTTP client.
//!
//! Invariants: one attempt cannot hang; waiting means asking again at intervals, never spinning.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::args::HealthcheckArgs;
use super::error::{Cause, Error};
use super::options::{BadValue, Raw, Source, values};
use crate::notify::Trust;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);
/// From the start of one attempt to the next.
const PERIOD: Duration = Duration::from_millis(100);

/// Whom to ask, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthcheckOptions {
    /// The full URL of `/readyz`.
    pub url: Uri,
    /// Keep asking so long; once if absent.
    pub wait: Option<Duration>,
    /// Whose certificates are taken, if it speaks TLS.
    pub trust: Option<Trust>,
}

/// What was typed, understood.
pub fn options(args: &HealthcheckArgs) -> Result<HealthcheckOptions, BadValue> {
    let HealthcheckArgs { url, wait, ca } = args;
    let url =
        Raw::flag("url", url).unwrap_or_else(|| Raw::new("http://127.0.0.1:8080", Source::Default));
    let url = readyz(&url)?;
    let trust = match (url.scheme_str(), Raw::flag("ca", ca)) {
        (Some("https"), _) => {
            let files: Vec<PathBuf> = ca.iter().map(PathBuf::from).collect();
            Some(Trust { public: files.is_empty(), files, ..Trust::default() })
        }
        (_, Some(ca)) => return Err(ca.refuse("goes with an https:// URL")),
        (_, None) => None,
    };
    let wait = Raw::flag("wait", wait).as_ref().map(values::duration).transpose()?;
    Ok(HealthcheckOptions { url, wait, trust })
}

fn readyz(raw: &Raw) -> Result<Uri, BadValue> {
    let base = values::base_url(raw)?;
    format!("{base}/readyz").parse().map_err(|_| raw.refuse("is not a URL"))
}

/// Succeeds if the server is ready.
pub fn run(options: &HealthcheckOptions) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::internal_because("cannot start a runtime", cause))?;
    runtime
        .block_on(ready(options))
        .map_err(|cause| Error::NotReady { url: options.url.to_string(), cause })
}

async fn ready(options: &HealthcheckOptions) -> Result<(), Cause> {
    let tls = options.trust.as_ref().map(Trust::connector).transpose()?;
    let (url, tls) = (&options.url, tls.as_ref());
    let Some(wait) = options.wait else { return attempt(url, tls).await };
    let mut last: Cause = "no time to ask".into();
    let asking = async {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match attempt(url, tls).await {
                Ok(()) => break,
                Err(cause) => last = cause,
            }
        }
    };
    // The reason of the last attempt says more than that time is up.
    timeout(wait, asking).await.map_err(|_| last)
}

/// Asks once.
async fn attempt(url: &Uri, tls: Option<&TlsConnector>) -> Result<(), Cause> {
    match timeout(ATTEMPT, call(url, tls)).await {
        Ok(Ok(StatusCode::OK)) => Ok(()),
        Ok(Ok(status)) => Err(format!("it answers {status}").into()),
        Ok(Err(cause)) => Err(cause),
        Err(_) => Err(format!("no answer within {} s", ATTEMPT.as_secs()).into()),
    }
}

async fn call(url: &Uri, tls: Option<&TlsConnector>) -> Result<StatusCode, Cause> {
    let host = url.host().unwrap_or_default();
    let port = url.port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 });
    // A URL has an IPv6 address in brackets, the resolver wants it without.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((name, port)).await?;
    let Some(tls) = tls else { return ask(stream, url, host).await };
    let name = ServerName::try_from(name.to_owned())?;
    ask(tls.connect(name, stream).await?, url, host).await
}

async fn ask<S>(stream: S, url: &Uri, host: &str) -> Result<StatusCode, Cause>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::builder()
        .method(Method::GET)
        .uri(url.path())
        .header(header::HOST, url.authority().map_or(host, http::uri::Authority::as_str))
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request);
    // The connection must be driven for the answer to come; its own end is of no interest.
    tokio::pin!(connection, answer);
    tokio::select! {
        biased;
        answer = &mut answer => Ok(answer?.status()),
        ended = &mut connection => {
            ended?;
            Ok(answer.await?.status())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::{HealthcheckArgs, HealthcheckOptions, options, ready};

    fn understood(url: &str, wait: Option<&str>) -> Result<HealthcheckOptions, String> {
        let (url, wait) = (Some(url.to_owned()), wait.map(str::to_owned));
        options(&HealthcheckArgs { url, wait, ca: None }).map_err(|bad| bad.to_string())
    }

    #[test]
    fn what_is_typed_is_understood_or_refused() {
        let default = options(&HealthcheckArgs::default()).unwrap();
        assert_eq!(default.url, "http://127.0.0.1:8080/readyz");
        assert_eq!(default.wait, None);
        let under = understood("http://quince.test/base/", Some("10s")).unwrap();
        assert_eq!(under.url, "http://quince.test/base/readyz");
        assert_eq!(under.wait, Some(Duration::from_secs(10)));
        assert_eq!(default.trust, None);
        let secure = understood("https://quince.test", None).unwrap().trust.unwrap();
        assert!(secure.public && !secure.insecure);
        let named = |url: Option<&str>| {
            let (url, ca) = (url.map(str::to_owned), Some("ca.pem".to_owned()));
            options(&HealthcheckArgs { url, ca, wait: None }).map_err(|bad| bad.to_string())
        };
        let trust = named(Some("https://quince.test")).unwrap().trust.unwrap();
        assert!(!trust.public && trust.files == [PathBuf::from("ca.pem")]);
        assert_eq!(named(None).unwrap_err(), r#"--ca: "ca.pem" goes with an https:// URL"#);
        assert_eq!(
            understood("http://quince.test", Some("10")).unwrap_err(),
            r#"--wait: "10" is not a duration; write it like 500ms, 10s, 5m, 2h or 1d"#,
        );
    }

    /// A server that gives one answer per connection, in this order, and its URL.
    async fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let count = stream.read(&mut request).await.unwrap();
                assert!(request[..count].starts_with(b"GET /readyz HTTP/1.1\r\n"));
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url
    }

    const READY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nready";
    const STARTING: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

    async fn check(answers: &'static [&'static str], wait: Option<&str>) -> Result<(), String> {
        let options = understood(&server(answers).await, wait).unwrap();
        ready(&options).await.map_err(|cause| cause.to_string())
    }

    #[tokio::test]
    async fn ready_is_success() {
        assert_eq!(check(&[READY], None).await, Ok(()));
    }

    #[tokio::test]
    async fn not_ready_and_silence_are_failures() {
        let starting = check(&[STARTING], None).await.unwrap_err();
        assert_eq!(starting, "it answers 503 Service Unavailable");
        assert!(check(&[""], None).await.is_err());
        assert!(check(&[], None).await.is_err());
    }

    #[tokio::test]
    async fn waiting_asks_until_the_server_is_ready() {
        assert_eq!(check(&[STARTING, "", STARTING, READY], Some("30s")).await, Ok(()));
    }

    #[tokio::test]
    async fn waiting_ends_with_the_last_reason() {
        let many = &[STARTING; 8];
        let starting = check(many, Some("400ms")).await.unwrap_err();
        assert_eq!(starting, "it answers 503 Service Unavailable");
    }
}
