//! The trusted certificate authorities: the system's, and those in the user's file.

use std::path::Path;

use aws_smithy_http_client::tls::TrustStore;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::route::Route;
use crate::disk;

/// The limit of a certificate file, in bytes. All public authorities take 250 KiB.
const BUNDLE_MAX: usize = 4 << 20;
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Returns the trust store for a route. A custom endpoint uses plain HTTP on this machine, so the system's authorities
/// are not loaded for it.
///
/// # Errors
/// If the certificate file cannot be read or contains no certificate.
pub(super) fn store(route: &Route) -> Result<TrustStore, String> {
    let native = route.endpoint_url.is_none();
    let mut store = TrustStore::empty().with_native_roots(native);
    if let Some(path) = route.ca_bundle.as_deref().filter(|_| native) {
        for certificate in certificates(path)? {
            store.add_pem_certificate(certificate);
        }
    }
    Ok(store)
}

/// Returns the valid certificates of a PEM file; the SDK would panic over any other.
fn certificates(path: &str) -> Result<Vec<Vec<u8>>, String> {
    let refused =
        |error: String| format!("the certificate file of [aws] ca_bundle cannot be read: {error}");
    let read = disk::read(Path::new(path), BUNDLE_MAX);
    let bytes = read.map_err(|fault| refused(fault.to_string()))?;
    let bytes = bytes.ok_or_else(|| refused("it does not exist".to_owned()))?;
    let text = String::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
    let blocks = text.split(BEGIN).skip(1);
    let usable: Vec<Vec<u8>> = blocks
        .map(|block| format!("{BEGIN}{block}").into_bytes())
        .filter(|block| is_usable(block))
        .collect();
    if usable.is_empty() {
        return Err(
            "the certificate file of [aws] ca_bundle contains no certificate in PEM format"
                .to_owned(),
        );
    }
    Ok(usable)
}

fn is_usable(pem: &[u8]) -> bool {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let Ok(certificates) = certificates else {
        return false;
    };
    let mut trial = RootCertStore::empty();
    !certificates.is_empty() && certificates.into_iter().all(|der| trial.add(der).is_ok())
}
