//! What commands say. The standard macros panic when nobody reads any more, as after `| head`.

use std::{fmt, io};

/// The status of a process that a closed pipe ends: 128 and the number of that signal.
const PIPE_CLOSED: i32 = 141;

/// Says something that a program may read. Who reads no further has seen enough, and the command
/// is over; what cannot be written for another reason is an error.
pub(crate) fn on_stdout(text: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    let written = io::Write::write_fmt(&mut out, text).and_then(|()| io::Write::flush(&mut out));
    let Err(error) = written else { return };
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(PIPE_CLOSED);
    }
    on_stderr(format_args!("error: the answer cannot be written: {error}\n"));
    std::process::exit(1);
}

/// Says something to a person. Nobody is there to be told when that fails, and a command that has
/// more to do goes on.
pub(crate) fn on_stderr(text: fmt::Arguments<'_>) {
    let _nobody_reads = io::Write::write_fmt(&mut io::stderr().lock(), text);
}

macro_rules! println {
    ($($text:tt)*) => { $crate::said::on_stdout(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::said::on_stderr(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprint {
    ($($text:tt)*) => { $crate::said::on_stderr(format_args!($($text)*)) };
}
