//! The browser app: a folder of files, read once when the server starts.
//!
//! Only what lay in the folder then is served, so no request names a path on the disk. Pages and
//! the service worker are asked for again every time; files with a hash in their name never.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use bytes::Bytes;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::{self, HeaderName};
use warp::path::FullPath;
use warp::reply::Response;

use super::limits::{WEB_FILE_BYTES_MAX, WEB_FILES_MAX};

/// The files of the app by their address; none by default.
#[derive(Debug, Clone, Default)]
pub struct Web {
    files: BTreeMap<String, File>,
}

#[derive(Debug, Clone)]
struct File {
    bytes: Bytes,
    kind: &'static str,
    /// Below `/assets/`, where the build puts a hash into every name.
    is_hashed: bool,
}

impl Web {
    /// Reads the folder that the app's build made: its files and those in `assets`.
    ///
    /// # Errors
    /// Those of the file system; [`io::ErrorKind::FileTooLarge`] for a folder that is no app.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut web = Self::default();
        web.add(folder, "/")?;
        let assets = folder.join("assets");
        if assets.is_dir() {
            web.add(&assets, "/assets/")?;
        }
        if let Some(index) = web.files.get("/index.html").cloned() {
            web.files.insert("/".to_owned(), index);
        }
        Ok(web)
    }

    /// Whether no app is served.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn file(&self, address: &str) -> Option<&File> {
        self.files.get(address)
    }

    fn add(&mut self, folder: &Path, below: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|_| entry.path().is_file()) else {
                continue;
            };
            let size = entry.metadata()?.len();
            if size > WEB_FILE_BYTES_MAX || self.files.len() >= WEB_FILES_MAX {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            let file = File {
                bytes: fs::read(entry.path())?.into(),
                kind: kind(name),
                is_hashed: below == "/assets/",
            };
            self.files.insert(format!("{below}{name}"), file);
        }
        Ok(())
    }
}

/// Every file under its address; anything else is left to others.
pub(super) fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let web = Arc::new(web);
    warp::get()
        .or(warp::head())
        .unify()
        .and(warp::path::full())
        .and_then(move |path: FullPath| {
            let found = web.file(path.as_str()).map(File::response);
            async move { found.ok_or_else(warp::reject::not_found) }
        })
        .boxed()
}

/// What pages may do: run the app's own code and the core, ask their own server, and no more.
const GUARDS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
         font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types sampan",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    // Browsers heed it only where they came by TLS.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(), microphone=()",
    ),
];

impl File {
    fn response(&self) -> Response {
        let mut response = Response::new(self.bytes.clone().into());
        let headers = response.headers_mut();
        for (name, value) in GUARDS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        let keep = match self.is_hashed {
            true => "public, max-age=31536000, immutable",
            false => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        response
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_are_served_and_pages_are_never_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join("index.html"), "<p>").unwrap();
        fs::write(folder.path().join("assets/app-1a2b.wasm"), "w").unwrap();
        let web = Web::read(folder.path()).unwrap();
        let ask = |address: &str| web.file(address).map(File::response);
        let page = ask("/").unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.headers()["cache-control"], "no-store");
        let module = ask("/assets/app-1a2b.wasm").unwrap();
        assert_eq!(module.headers()["content-type"], "application/wasm");
        let keep = module.headers()["cache-control"].to_str().unwrap();
        assert!(keep.contains("immutable"));
        for address in ["/../secret", "/assets/../../secret", "/missing.js", ""] {
            assert!(ask(address).is_none());
        }
    }
}
