//! `serve`: pages to look at the store, until Ctrl-C.

use std::io::Write;
use std::sync::Arc;

use docmill_serve::{Guard, Shelf, Token};

use crate::args::{Common, Output, Serve};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, note, write_json};
use crate::signals::Stop;

/// Runs the command.
pub fn run(common: &Common, options: &Serve) -> Result<Exit, CommandError> {
    // Whoever has it now is waited for as by any other command.
    drop(context::store_to_read(common)?);
    let address = context::address(common)?;
    note(common, "reading the store");
    let shelf = Arc::new(Shelf::new(address)?);
    let refused = |error: std::io::Error| {
        let message = format!("`{}` cannot be listened to", options.listen);
        CommandError::new(Exit::SomeFailed, message).because(&error)
    };
    let token = Token::new().map_err(|error| {
        CommandError::new(Exit::SomeFailed, "the system has no randomness for a token")
            .because(&error)
    })?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(refused)?;
    let (asked_to_end, ended) = tokio::sync::watch::channel(());
    let stop = Stop::on_signal(true, move || {
        // Without a server nobody listens.
        let _ = asked_to_end.send(());
    });
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.listen).await.map_err(refused)?;
        let listen = listener.local_addr().map_err(refused)?;
        let guard = Guard::new(listen, token.clone(), options.names.clone());
        tell(common, &guard, listen.ip().is_loopback())?;
        let mut ended = ended;
        let end = async move {
            let _ = ended.changed().await;
        };
        docmill_serve::serve(listener, shelf, guard, end).await.map_err(refused)
    })?;
    // A page that is being made is not waited for.
    runtime.shutdown_background();
    Ok(if stop.was_interrupted() { Exit::Success } else { Exit::SomeFailed })
}

fn tell(common: &Common, guard: &Guard, is_here: bool) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            write_json(&mut stdout, &serde_json::json!({ "address": guard.invitation() }))?;
        }
        Output::Human => writeln!(stdout, "{}", guard.invitation())?,
    }
    stdout.flush()?;
    if !is_here {
        note(common, "everybody who knows this address can read everything: nothing is encrypted");
    }
    note(common, "Ctrl-C ends it");
    Ok(())
}
