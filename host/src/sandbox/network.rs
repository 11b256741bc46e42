//! WASI's sockets as one more closed door: they can be imported, and whatever is asked of them ends
//! the call.
//!
//! Python's runtime imports them whether or not a plugin connects anywhere, and without its other
//! imports it could not say why it gave up. Nothing of `wasmtime-wasi` stands behind these names:
//! no code that opens a socket is linked.

use wasmtime::component::{Linker, ResourceType};

use super::State;

/// A plugin asked for a network, by this function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it asked for the network, which no plugin has (`wasi:sockets/{interface}`, `{function}`)")]
pub(super) struct NoNetwork {
    pub(super) interface: &'static str,
    pub(super) function: &'static str,
}

/// Stands for the resources of these interfaces, of which there never is one.
struct Nothing;

/// An interface with its resources and functions; methods have their resource before a period.
type Interface = (&'static str, &'static [&'static str], &'static [&'static str]);

/// All that `wasi:sockets@0.2.12` has.
const INTERFACES: [Interface; 7] = [
    ("network", &["network"], &["network-error-code"]),
    ("instance-network", &[], &["instance-network"]),
    (
        "ip-name-lookup",
        &["resolve-address-stream"],
        &[
            "resolve-addresses",
            "[method]resolve-address-stream.resolve-next-address",
            "[method]resolve-address-stream.subscribe",
        ],
    ),
    (
        "tcp",
        &["tcp-socket"],
        &[
            "[method]tcp-socket.start-bind",
            "[method]tcp-socket.finish-bind",
            "[method]tcp-socket.start-connect",
            "[method]tcp-socket.finish-connect",
            "[method]tcp-socket.start-listen",
            "[method]tcp-socket.finish-listen",
            "[method]tcp-socket.accept",
            "[method]tcp-socket.local-address",
            "[method]tcp-socket.remote-address",
            "[method]tcp-socket.is-listening",
            "[method]tcp-socket.address-family",
            "[method]tcp-socket.set-listen-backlog-size",
            "[method]tcp-socket.keep-alive-enabled",
            "[method]tcp-socket.set-keep-alive-enabled",
            "[method]tcp-socket.keep-alive-idle-time",
            "[method]tcp-socket.set-keep-alive-idle-time",
            "[method]tcp-socket.keep-alive-interval",
            "[method]tcp-socket.set-keep-alive-interval",
            "[method]tcp-socket.keep-alive-count",
            "[method]tcp-socket.set-keep-alive-count",
            "[method]tcp-socket.hop-limit",
            "[method]tcp-socket.set-hop-limit",
            "[method]tcp-socket.receive-buffer-size",
            "[method]tcp-socket.set-receive-buffer-size",
            "[method]tcp-socket.send-buffer-size",
            "[method]tcp-socket.set-send-buffer-size",
            "[method]tcp-socket.subscribe",
            "[method]tcp-socket.shutdown",
        ],
    ),
    ("tcp-create-socket", &[], &["create-tcp-socket"]),
    (
        "udp",
        &["udp-socket", "incoming-datagram-stream", "outgoing-datagram-stream"],
        &[
            "[method]udp-socket.start-bind",
            "[method]udp-socket.finish-bind",
            "[method]udp-socket.stream",
            "[method]udp-socket.local-address",
            "[method]udp-socket.remote-address",
            "[method]udp-socket.address-family",
            "[method]udp-socket.unicast-hop-limit",
            "[method]udp-socket.set-unicast-hop-limit",
            "[method]udp-socket.receive-buffer-size",
            "[method]udp-socket.set-receive-buffer-size",
            "[method]udp-socket.send-buffer-size",
            "[method]udp-socket.set-send-buffer-size",
            "[method]udp-socket.subscribe",
            "[method]incoming-datagram-stream.receive",
            "[method]incoming-datagram-stream.subscribe",
            "[method]outgoing-datagram-stream.check-send",
            "[method]outgoing-datagram-stream.send",
            "[method]outgoing-datagram-stream.subscribe",
        ],
    ),
    ("udp-create-socket", &[], &["create-udp-socket"]),
];

/// The version in the names. wasmtime takes it for every other one of 0.2.
const VERSION: &str = "0.2.12";

/// Links all of them, each function as a trap.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    for (interface, resources, functions) in INTERFACES {
        let mut instance = linker.instance(&format!("wasi:sockets/{interface}@{VERSION}"))?;
        for resource in resources {
            // There is none to drop: no function returns one.
            instance.resource(resource, ResourceType::host::<Nothing>(), |_, _| Ok(()))?;
        }
        for &function in functions {
            instance.func_new(function, move |mut store, _, _, _| {
                store.data_mut().called(crate::capabilities::Usage::WASI);
                Err(NoNetwork { interface, function }.into())
            })?;
        }
    }
    Ok(())
}
