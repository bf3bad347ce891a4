//! TLS by the server itself: a certificate and a key from two files, read again when they change.
//!
//! Only version 1.3, which every browser that runs the app speaks. A pair that does not fit, as
//! between two writes of a renewal, is left alone: the last good one goes on.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::version::TLS13;

use super::limits::CERTIFICATE_BYTES_MAX;

/// Where certificate and key stand, each in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then those it rests on.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why two files are no certificate with its key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read: look at its path and rights.
    #[error("{path:?} cannot be read")]
    Unread {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds no certificate or no key in PEM.
    #[error("{path:?} holds nothing in PEM that is wanted there")]
    Pem {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// Key and certificate do not belong together, or are of a sort that is not served.
    #[error("the certificate and the key cannot be used together")]
    Unfit(#[from] rustls::Error),
}

/// A certificate in use. It is replaced while connections go on with the one they began with.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Current>,
}

#[derive(Debug, Clone)]
struct Current {
    config: Arc<ServerConfig>,
    /// What was read, to see that it changed; never the key itself.
    read: [u8; 32],
}

impl Tls {
    /// Reads both files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn read(files: TlsFiles) -> Result<Self, TlsError> {
        let pair = Pair::read(&files)?;
        let current = RwLock::new(pair.checked(&files)?);
        Ok(Self { files, current })
    }

    /// Reads both files again; whether another certificate is in use from now on. After an error
    /// the last one is.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn reload(&self) -> Result<bool, TlsError> {
        let pair = Pair::read(&self.files)?;
        if pair.digest() == self.current().read {
            return Ok(false);
        }
        let next = pair.checked(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(true)
    }

    /// What the next connection begins with.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.current().config
    }

    fn current(&self) -> Current {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The bytes of both files.
struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Pair {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read = |path: &PathBuf| {
            let length = fs::metadata(path).map(|it| it.len());
            let bytes = length.and_then(|length| match length <= CERTIFICATE_BYTES_MAX {
                true => fs::read(path),
                false => Err(io::ErrorKind::FileTooLarge.into()),
            });
            bytes.map_err(|source| TlsError::Unread {
                path: path.clone(),
                source,
            })
        };
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
        })
    }

    fn digest(&self) -> [u8; 32] {
        shared::hash::digest("sampan/certificate", &[&self.certificate, &self.key])
    }

    fn checked(&self, files: &TlsFiles) -> Result<Current, TlsError> {
        let bad = |path: &PathBuf| {
            let path = path.clone();
            move |source| TlsError::Pem { path, source }
        };
        let chain = CertificateDer::pem_slice_iter(&self.certificate);
        let chain: Vec<_> = chain
            .collect::<Result<_, _>>()
            .map_err(bad(&files.certificate))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(bad(&files.key))?;
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Current {
            config: Arc::new(config),
            read: self.digest(),
        })
    }
}
