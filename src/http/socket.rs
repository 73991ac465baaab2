//! The TCP stream below everything else. The layers above own it while they serve; when they drop
//! it, in whatever state, it comes home and is closed the way the exchange wants: hyper and TLS
//! know one way only.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    sync::oneshot,
    time::timeout,
};

/// How a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Ending {
    /// Just closed: nothing that the client might still send matters.
    #[default]
    Plain,
    /// FIN, then what still comes in is thrown away for a while. Closing a socket with unread bytes
    /// would send RST, and that may destroy an answer which the client has not read yet.
    Linger,
    /// RST, after everything written has left.
    Reset,
}

/// A TCP stream on loan.
pub(super) struct Socket {
    /// `None` only while dropping.
    stream: Option<TcpStream>,
    /// Where the stream goes in the end. Nobody there: it is just closed.
    home: Option<oneshot::Sender<TcpStream>>,
}

impl Socket {
    /// Lends out `stream`; the receiver has it back as soon as the socket is dropped.
    pub(super) fn lend(stream: TcpStream) -> (Self, oneshot::Receiver<TcpStream>) {
        let (home, back) = oneshot::channel();
        (Self { stream: Some(stream), home: Some(home) }, back)
    }

    /// The first byte that the client sends, left where it is; `None` if it sends none.
    pub(super) async fn peek(&self) -> io::Result<Option<u8>> {
        let Some(stream) = &self.stream else { return Ok(None) };
        let mut first = [0];
        let count = stream.peek(&mut first).await?;
        Ok((count > 0).then_some(first[0]))
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let (Some(stream), Some(home)) = (self.stream.take(), self.home.take()) {
            let _ = home.send(stream);
        }
    }
}

/// Closes `stream`, waiting for at most `patience`.
pub(super) async fn close(mut stream: TcpStream, ending: Ending, patience: Duration) {
    let closed = match ending {
        Ending::Plain => Ok(()),
        Ending::Linger => match timeout(patience, drain(&mut stream)).await {
            Ok(drained) => drained,
            Err(_elapsed) => Ok(()),
        },
        Ending::Reset => reset(stream, patience).await,
    };
    if let Err(error) = closed {
        tracing::debug!(%error, ?ending, "closing a connection");
    }
}

/// Sends FIN and reads until the client's.
async fn drain(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut scrap = vec![0; 16 << 10];
    while stream.read(&mut scrap).await? > 0 {}
    Ok(())
}

/// Closes with RST. A reset throws away what has not left the send buffer, so it waits for that
/// first; exact where nothing gets lost on the way, as on the loopback interface.
async fn reset(stream: TcpStream, patience: Duration) -> io::Result<()> {
    // "Writable" shall mean "nothing unsent". Registering anew makes tokio ask again: the old
    // registration remembers the answer from before.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SockRef::from(&stream).set_tcp_notsent_lowat(1)?;
    let stream = TcpStream::from_std(stream.into_std()?)?;
    let _ = timeout(patience, stream.writable()).await;
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().stream()?.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().stream()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_shutdown(cx)
    }
}
