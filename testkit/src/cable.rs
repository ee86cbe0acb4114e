//! A connection to servers that a test can cut, or one that spreads over replicas.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Passes TCP on while it is whole, to each of its targets in turn; one that does not answer is passed
/// over. Dropping it ends everything.
pub struct Cable {
    address: SocketAddr,
    whole: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

impl Cable {
    /// A whole cable to these addresses.
    pub async fn to(targets: &[SocketAddr]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let (whole, is_whole) = watch::channel(true);
        let mut targets = targets.to_vec();
        let listening = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                targets.rotate_left(1);
                if *is_whole.borrow() {
                    tokio::spawn(pass(near, targets.clone(), is_whole.clone()));
                }
            }
        });
        Self {
            address,
            whole,
            listening,
        }
    }

    /// The near end.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts it: open connections break, new ones are closed at once.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Makes it whole again, for new connections.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.cut();
        self.listening.abort();
    }
}

async fn pass(mut near: TcpStream, targets: Vec<SocketAddr>, mut is_whole: watch::Receiver<bool>) {
    let Ok(mut far) = TcpStream::connect(&targets[..]).await else {
        return;
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _ = is_whole.wait_for(|whole| !whole) => {}
    }
}
