//! Requests over HTTP, sent with `ureq`.

use std::io::{self, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heapwise_session::host::reason;
use heapwise_session::http::{Request, RequestError, Response, Tls};
use rustls::CertificateError;
use rustls::crypto::{CryptoProvider, ring};
use rustls::sign::CertifiedKey;
use ureq::config::{Config, RedirectAuthHeaders};
use ureq::http::HeaderMap;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Body, Error, Proxy};

/// Sends `request` and reads all of the response.
///
/// # Errors
/// When there is none, it takes too long, or is too large.
pub fn send(request: &Request) -> Result<Response, RequestError> {
    let failed = |error: &Error| RequestError::Failed {
        verb: request.verb(),
        url: request.url.clone(),
        reason: why(error),
    };
    let agent = config(request)?.new_agent();
    let mut head = ureq::http::Request::builder().uri(&request.url);
    if let Some(credentials) = &request.credentials {
        head = head.header("Authorization", format!("Basic {}", STANDARD.encode(credentials)));
    }
    let response = match &request.body {
        None => head.method("GET").body(()).map_err(Error::from).and_then(|get| agent.run(get)),
        Some(body) => {
            let head = head.method("POST").header("Content-Type", "application/octet-stream");
            head.body(&body[..]).map_err(Error::from).and_then(|post| agent.run(post))
        }
    };
    let (head, body) = response.map_err(|error| failed(&error))?.into_parts();
    Ok(Response {
        status: head.status.to_string(),
        ok: head.status == 200,
        content_type: header(&head.headers, "Content-Type"),
        content_encoding: header(&head.headers, "Content-Encoding"),
        go_pprof: header(&head.headers, "X-Go-Pprof"),
        body: read(body, request.largest_body)?,
    })
}

fn header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    value.map(std::borrow::Cow::into_owned).unwrap_or_default()
}

fn read(body: Body, largest: u64) -> Result<Vec<u8>, RequestError> {
    let mut bytes = Vec::new();
    let mut reader = body.into_reader().take(largest.saturating_add(1));
    reader.read_to_end(&mut bytes).map_err(|error| RequestError::Body(io_reason(&error)))?;
    if bytes.len() as u64 > largest { Err(RequestError::TooLarge(largest)) } else { Ok(bytes) }
}

fn config(request: &Request) -> Result<Config, RequestError> {
    let proxy = request.proxy.as_deref().map(Proxy::new).transpose().map_err(|error| {
        RequestError::Failed {
            verb: request.verb(),
            url: request.url.clone(),
            reason: format!("proxy: {}", why(&error)),
        }
    })?;
    Ok(Config::builder()
        .http_status_as_error(false)
        .accept_encoding("identity") // a profile is compressed already, and stays as it was sent
        .user_agent(concat!("heapwise/", env!("CARGO_PKG_VERSION")))
        .redirect_auth_headers(RedirectAuthHeaders::SameHost)
        .proxy(proxy)
        .timeout_connect(Some(request.until_response))
        .timeout_recv_response(Some(request.until_response))
        .timeout_per_read(Some(request.silence))
        .tls_config(tls(&request.tls)?)
        .build())
}

fn tls(tls: &Tls) -> Result<TlsConfig, RequestError> {
    let provider = Arc::new(ring::default_provider());
    let authorities = match &tls.authorities {
        None => RootCerts::PlatformVerifier,
        Some(pem) => RootCerts::new_with_certs(&authorities(pem)?),
    };
    let identity = tls.identity.as_ref();
    let identity = identity.map(|(pem, key)| self::identity(pem, key, &provider)).transpose();
    Ok(TlsConfig::builder()
        .disable_verification(tls.insecure)
        .root_certs(authorities)
        .client_cert(identity.map_err(RequestError::Identity)?)
        .unversioned_rustls_crypto_provider(provider)
        .build())
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate<'static>>, RequestError> {
    let certificates = certificates(pem).map_err(RequestError::Authorities)?;
    if certificates.is_empty() {
        return Err(RequestError::Authorities("no certificate in the file".into()));
    }
    Ok(certificates)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(why(&error))),
    };
    parse_pem(pem).filter_map(certificate).collect()
}

/// The certificate of the client, checked: a server could not make sense of one without its key.
fn identity(pem: &[u8], key: &[u8], provider: &CryptoProvider) -> Result<ClientCert, String> {
    let chain = certificates(pem)?;
    let key = PrivateKey::from_pem(key).map_err(|error| why(&error))?;
    let ders = chain.iter().map(|certificate| certificate.der().to_vec().into()).collect();
    let der = key.der().to_vec().try_into().map_err(|_| "unknown kind of key".to_owned())?;
    CertifiedKey::from_der(ders, der, provider).map_err(|error| error.to_string())?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

/// Why a request failed, in lower case.
fn why(error: &Error) -> String {
    match error {
        Error::Io(error) => io_reason(error),
        Error::Rustls(error) => tls_reason(error),
        Error::HostNotFound => "no such host".into(),
        Error::Timeout(_) => "timeout awaiting response".into(),
        error => error.to_string(),
    }
}

fn io_reason(error: &io::Error) -> String {
    let inner = error.get_ref();
    if let Some(inner) = inner.and_then(|inner| inner.downcast_ref::<Error>()) {
        return why(inner);
    }
    let inner = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or_else(|| reason(error), tls_reason)
}

/// Why two ends do not trust each other, with what to do about it.
fn tls_reason(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(why) = error else { return format!("tls: {error}") };
    let why = match why {
        CertificateError::UnknownIssuer => "certificate signed by unknown authority".to_owned(),
        why if format!("{why:?}").contains("CaUsedAsEndEntity") => {
            "the server uses the certificate of an authority as its own".to_owned()
        }
        why => why.to_string(),
    };
    format!(
        "tls: failed to verify certificate: {why} (trust an authority with -tls_ca=FILE, or any \
         certificate with https+insecure://)"
    )
}

#[cfg(test)]
mod tests;
