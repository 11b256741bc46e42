//! Who may ask for a page: nobody that comes by way of another site, and elsewhere than on this
//! machine only who knows the token.
//!
//! A page of another site that somebody has open can send requests to this address, and can make a
//! name of its own mean it (DNS rebinding). So the name that was asked for has to be one of this
//! server's, whoever changes something has to come from one of its pages, and the token travels in
//! a cookie that no other site's request carries.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, ORIGIN,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use docmill::model::Digest;

/// Nothing is loaded but the style of the pages, nothing is run, and no other page shows these
/// within itself.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// What whoever started the server knows, and nobody else.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one, of 128 random bits.
    ///
    /// # Errors
    ///
    /// If the system has no randomness to give.
    pub fn new() -> Result<Token, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The token as it is told to whoever started the server.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is it. How long that takes tells nothing of it.
    fn is(&self, said: &str) -> bool {
        Digest::of(said.as_bytes()) == Digest::of(self.0.as_bytes())
    }
}

/// What the server knows of those who ask.
#[derive(Debug, Clone)]
pub struct Guard {
    listen: SocketAddr,
    token: Token,
    /// Names besides numbers that the server is known by.
    names: Vec<String>,
    /// What the cookie is called: cookies are shared by all ports of a machine.
    cookie: String,
}

/// What becomes of a request.
pub(crate) enum Verdict {
    /// It is answered.
    Welcome,
    /// It is answered with this.
    Answer(Response),
}

impl Guard {
    /// Of a server that listens there, and is known by these names as well.
    pub fn new(listen: SocketAddr, token: Token, names: Vec<String>) -> Guard {
        let cookie = format!("docmill-{}", listen.port());
        Guard { listen, token, names, cookie }
    }

    /// The address of the first page, with the token in it.
    pub fn invitation(&self) -> String {
        let ip = match self.listen.ip() {
            ip if ip.is_unspecified() && ip.is_ipv4() => IpAddr::from([127, 0, 0, 1]),
            ip => ip,
        };
        format!("http://{}/?token={}", SocketAddr::new(ip, self.listen.port()), self.token.0)
    }

    /// Judges a request by what it says of itself.
    pub(crate) fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Verdict {
        let refuse = |status: StatusCode, why: &'static str| {
            Verdict::Answer((status, format!("{why}\n")).into_response())
        };
        let Some(host) = self.host(uri, headers) else {
            return refuse(StatusCode::MISDIRECTED_REQUEST, "this server is not called so");
        };
        let changes = !matches!(*method, Method::GET | Method::HEAD);
        let origin = text(headers, &ORIGIN);
        let is_foreign = origin.is_some_and(|it| it != format!("http://{host}"));
        if is_foreign || (changes && origin.is_none()) {
            return refuse(StatusCode::FORBIDDEN, "this comes from another site");
        }
        // What a browser says of itself; nobody else sends it.
        let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
        let mode = text(headers, &HeaderName::from_static("sec-fetch-mode"));
        if matches!(site, Some("cross-site" | "same-site")) && (changes || mode != Some("navigate"))
        {
            return refuse(StatusCode::FORBIDDEN, "this comes from another site");
        }
        if let Some(said) = token_in(uri)
            && !changes
        {
            if !self.token.is(said) {
                return refuse(StatusCode::UNAUTHORIZED, "this is not the token that was printed");
            }
            return Verdict::Answer(self.remembered(uri));
        }
        let is_known = self.knows(headers);
        let is_here = self.listen.ip().is_loopback();
        if !is_known && (changes || !is_here) {
            let why = "open the address with the token that was printed when the server started";
            return refuse(StatusCode::UNAUTHORIZED, why);
        }
        Verdict::Welcome
    }

    /// The name that was asked for, if it is one of this server's.
    fn host<'a>(&self, uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut said = headers.get_all(HOST).iter();
        let host = said.next()?.to_str().ok()?;
        if said.next().is_some() || uri.authority().is_some_and(|it| it.as_str() != host) {
            return None;
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()?),
            _ => (host, 80),
        };
        let ip = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let is_ours = match ip {
            Ok(ip) if self.listen.ip().is_unspecified() => !ip.is_unspecified(),
            Ok(ip) => ip == self.listen.ip(),
            Err(_) => {
                let is_local = self.listen.ip().is_loopback() || self.listen.ip().is_unspecified();
                (is_local && name.eq_ignore_ascii_case("localhost"))
                    || self.names.iter().any(|it| it.eq_ignore_ascii_case(name))
            }
        };
        (is_ours && port == self.listen.port()).then_some(host)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let bearer = text(headers, &AUTHORIZATION).and_then(|it| it.strip_prefix("Bearer "));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|it| it.to_str().ok());
        let mut cookies = cookies.flat_map(|it| it.split(';')).filter_map(|it| {
            let (name, value) = it.trim().split_once('=')?;
            (name == self.cookie).then_some(value)
        });
        bearer.is_some_and(|it| self.token.is(it)) || cookies.any(|it| self.token.is(it))
    }

    /// Remembers who knows the token, and takes it out of the address.
    fn remembered(&self, uri: &Uri) -> Response {
        let rest = uri.query().unwrap_or_default().split('&');
        let rest: Vec<&str> = rest.filter(|it| !it.starts_with("token=")).collect();
        let mark = if rest.is_empty() { "" } else { "?" };
        // More than one slash at the beginning would be the name of another server.
        let path = format!("/{}{mark}{}", uri.path().trim_start_matches('/'), rest.join("&"));
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.token.0);
        let headers = [(LOCATION, path), (SET_COOKIE, cookie)];
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}

fn token_in(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|it| it.strip_prefix("token="))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Adds to every answer what a browser may do with it.
pub(crate) fn fence(response: &mut Response) {
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(CONTENT_SECURITY_POLICY, POLICY);
    put(X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(X_FRAME_OPTIONS, "DENY");
    put(REFERRER_POLICY, "no-referrer");
    put(CACHE_CONTROL, "private, no-cache");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(guard: &Guard, method: Method, uri: &str, headers: &[(&str, &str)]) -> u16 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        match guard.judge(&method, &uri.parse().unwrap(), &map) {
            Verdict::Welcome => 200,
            Verdict::Answer(response) => response.status().as_u16(),
        }
    }

    fn guard(listen: &str) -> Guard {
        Guard::new(listen.parse().unwrap(), Token("secret".to_owned()), vec!["mill.lan".to_owned()])
    }

    #[test]
    fn only_its_own_names_are_answered() {
        let here = guard("127.0.0.1:8080");
        let get = |guard: &Guard, host: &str| judged(guard, Method::GET, "/", &[("host", host)]);
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "mill.lan:8080"] {
            assert_eq!(get(&here, host), 200, "{host}");
        }
        for host in [
            "evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:81",
            "localhost.evil.example:8080",
            "",
            "127.0.0.1:8080:8080",
            "[::1]:8080",
            "0.0.0.0:8080",
            "mill.lan.:8080",
            "127.0.0.1:x",
        ] {
            assert_eq!(get(&here, host), 421, "{host}");
        }
        assert_eq!(judged(&here, Method::GET, "/", &[]), 421);
        let twice = [("host", "127.0.0.1:8080"), ("host", "evil.example")];
        assert_eq!(judged(&here, Method::GET, "/", &twice), 421);
        assert_eq!(get(&guard("[::1]:8080"), "[::1]:8080"), 200);
    }

    #[test]
    fn elsewhere_and_for_changes_the_token_is_needed() {
        let (here, there) = (guard("127.0.0.1:80"), guard("0.0.0.0:80"));
        let host = ("host", "127.0.0.1:80");
        let cookie = ("cookie", "a=b; docmill-80=secret");
        let wrong = ("cookie", "docmill-80=secreT; docmill-81=secret");
        let bearer = ("authorization", "Bearer secret");
        let origin = ("origin", "http://127.0.0.1:80");
        let get = |guard: &Guard, headers: &[_]| judged(guard, Method::GET, "/", headers);
        let post = |guard: &Guard, headers: &[_]| judged(guard, Method::POST, "/", headers);
        assert_eq!(get(&here, &[host]), 200);
        for (headers, expected) in [
            (&[host][..], 401),
            (&[host, wrong], 401),
            (&[host, cookie], 200),
            (&[host, bearer], 200),
        ] {
            assert_eq!(get(&there, headers), expected, "{headers:?}");
        }
        assert_eq!(post(&here, &[host, origin]), 401);
        assert_eq!(post(&here, &[host, origin, cookie]), 200);
        assert_eq!(judged(&there, Method::GET, "/?token=wrong", &[host]), 401);
        assert_eq!(judged(&there, Method::GET, "/?token=secret", &[host]), 303);
        assert_eq!(judged(&there, Method::POST, "/?token=secret", &[host, origin]), 401);
    }

    #[test]
    fn nothing_comes_by_way_of_another_site() {
        let here = guard("127.0.0.1:80");
        let (host, cookie) = (("host", "127.0.0.1:80"), ("cookie", "docmill-80=secret"));
        for (method, header, expected) in [
            (Method::POST, ("origin", "http://evil.example"), 403),
            (Method::POST, ("origin", "null"), 403),
            (Method::POST, ("origin", "https://127.0.0.1:80"), 403),
            (Method::POST, ("x-nothing", ""), 403),
            (Method::GET, ("origin", "http://evil.example"), 403),
            (Method::GET, ("sec-fetch-site", "cross-site"), 403),
            (Method::GET, ("sec-fetch-site", "same-origin"), 200),
        ] {
            assert_eq!(judged(&here, method, "/", &[host, cookie, header]), expected, "{header:?}");
        }
        // A link on another page may lead here.
        let link = [host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert_eq!(judged(&here, Method::GET, "/", &link), 200);
    }

    #[test]
    fn the_token_leaves_the_address() {
        let guard = guard("127.0.0.1:80");
        let location = |uri: &str| {
            let answer = guard.remembered(&uri.parse().unwrap());
            let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
            assert_eq!(cookie, "docmill-80=secret; Path=/; HttpOnly; SameSite=Strict");
            answer.headers()[LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(location("/?token=secret"), "/");
        assert_eq!(location("/groups?a=b&token=secret&c=d"), "/groups?a=b&c=d");
        assert_eq!(location("//evil.example/?token=secret"), "/evil.example/");
    }
}
