//! A real HTTP/1.1 server for tidings' tests, demo and benches, with one route per behaviour.
//!
//! It listens on two ports of the loopback address, which makes two origins with the same routes. `GET /routes` lists what
//! it can do. A request that carries `?key=K` is written down, and `/seen/K` tells what the server saw: how many requests,
//! with which headers, how many are open now, and how each one ended. `/seen/K/wait` answers once that is as a test wants
//! it, so that no test has to sleep.
//!
//! ```text
//! request -> wire (a TCP stream that can be cut)
//!         -> exchange (CORS, what was asked, the record, the guard that notices a client that goes)
//!         -> routes/* (one file per family) -> writer (a body written by an async block, each piece flushed)
//! ```

mod arguments;
mod cors;
mod exchange;
mod query;
mod routes;
mod seen;
mod wire;
mod writer;

use std::{io::Write as _, process::ExitCode, sync::Arc};

use arguments::Arguments;
use routes::App;
use wire::{Scissors, WireListener};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match arguments::read(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{}", arguments::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("tidings-test-server: {problem}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match serve(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("tidings-test-server: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Binds both ports, says that it is ready in one line, and serves until the process ends.
async fn serve(arguments: Arguments) -> Result<(), String> {
    let first = WireListener::bind(arguments.port, "--port").await?;
    let second = WireListener::bind(arguments.second_port, "--second-port").await?;
    let second_origin = second.origin()?;
    let ready = format!("listening {} {second_origin}\n", first.origin()?);

    let app = Arc::new(App::new(arguments.corpus, second_origin));
    tokio::spawn(Arc::clone(&app).keep_time());
    let router = routes::router(app, arguments.static_folder).into_make_service_with_connect_info::<Scissors>();

    if arguments.until_stdin_closes {
        // A thread of its own, since reading standard input blocks; it is the last thing the process waits for.
        std::thread::spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            std::process::exit(0);
        });
    }

    // Whoever started us may have stopped listening; that is no reason to stop serving.
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(ready.as_bytes()).and_then(|()| stdout.flush());

    let (one, two) = tokio::join!(
        std::future::IntoFuture::into_future(axum::serve(first, router.clone())),
        std::future::IntoFuture::into_future(axum::serve(second, router)),
    );
    one.and(two).map_err(|error| format!("serving ended: {error}"))
}
