//! Mailboxes of every kind, and what comes out of them.

use docmill_plugin::testing;

use super::*;

fn mails(mailbox: &str, quoting: Quoting) -> Vec<String> {
    let source = Source::of_bytes(mailbox.as_bytes(), "application/mbox");
    unpack(&source, quoting).unwrap();
    let text = |member: Member| String::from_utf8(member.content).unwrap();
    testing::take_members().into_iter().map(text).collect()
}

const SEPARATOR: &str = "From a@b.example Thu Jun 12 08:30:00 2025\n";

#[test]
fn every_message_becomes_a_member() {
    let long = "x".repeat(200_000);
    let mailbox = format!(
        "{SEPARATOR}Subject: A\n\n>From here on\nFrom the text\n\nFrom this, too\n\n\
         From c@d.example Thu Jun 12 08:31:00 2025\r\nSubject: B\r\n\r\n{long}\r\n>>From it"
    );
    let first = "Subject: A\n\nFrom here on\nFrom the text\n\nFrom this, too\n".to_owned();
    let second = format!("Subject: B\r\n\r\n{long}\r\n>From it");
    assert_eq!(mails(&mailbox, Quoting::Auto), [first, second]);
    assert_eq!(mails("", Quoting::Auto), [""; 0]);
    assert_eq!(mails("\n\n", Quoting::Auto), [""; 0]);
}

#[test]
fn each_way_of_quoting_gives_lines_back_as_they_were() {
    let body = ">From a\n>>From b\n";
    let mailbox = format!("{SEPARATOR}\n{body}\n{SEPARATOR}\nz\n");
    for (quoting, expected) in [
        (Quoting::Mboxo, "\nFrom a\n>>From b\n"),
        (Quoting::Mboxrd, "\nFrom a\n>From b\n"),
        (Quoting::Auto, "\nFrom a\n>From b\n"),
        (Quoting::Mboxcl2, "\n>From a\n>>From b\n"),
    ] {
        assert_eq!(mails(&mailbox, quoting), [expected, "\nz\n"], "{quoting:?}");
    }
}

#[test]
fn a_length_is_believed_where_a_mail_ends() {
    let body = format!("Hello\n\n{SEPARATOR}>From you\n");
    let head = format!("Content-Length: {}\n\n", body.len());
    let mailbox = format!("{SEPARATOR}{head}{body}\n{SEPARATOR}\nz\n");
    // A bare line `From ` within: nobody quoted.
    assert_eq!(mails(&mailbox, Quoting::Auto), [format!("{head}{body}"), "\nz\n".to_owned()]);

    let body = ">From you\n";
    let head = format!("Content-Length: {}\n\n", body.len());
    let mailbox = format!("{SEPARATOR}{head}{body}\n{SEPARATOR}\nz\n");
    assert_eq!(mails(&mailbox, Quoting::Auto), [format!("{head}From you\n"), "\nz\n".to_owned()]);
    assert_eq!(mails(&mailbox, Quoting::Mboxcl2)[0], format!("{head}>From you\n"));
}

#[test]
fn a_length_that_lies_is_not_believed() {
    for length in ["0", "1", "3", "99999999999999999999", "18446744073709551615", "-1", "x"] {
        let head = format!("Content-Length: {length}\n\n");
        let mailbox = format!("{SEPARATOR}{head}one\ntwo\n\n{SEPARATOR}\nz\n");
        let expected = [format!("{head}one\ntwo\n"), "\nz\n".to_owned()];
        assert_eq!(mails(&mailbox, Quoting::Auto), expected, "{length}");
    }
}

#[test]
fn what_is_no_mailbox_is_not_for_this_plugin() {
    let source = Source::of_bytes(b"Subject: A\n\ntext", "application/mbox");
    assert!(matches!(unpack(&source, Quoting::Auto), Err(Error::Unsupported(_))));
    assert!(testing::take_members().is_empty());
}

#[test]
fn lines_without_a_date_part_mails_where_the_first_has_none() {
    assert_eq!(mails("From a\n\nx\n\nFrom b\n\ny\n", Quoting::Auto), ["\nx\n", "\ny\n"]);
    let mailbox = format!("{SEPARATOR}\nx\n\nFrom b\n\ny\n");
    assert_eq!(mails(&mailbox, Quoting::Auto), ["\nx\n\nFrom b\n\ny\n"]);
}

#[test]
fn a_separator_that_never_ends_is_passed_over() {
    let long = "y".repeat(300_000);
    assert_eq!(mails(&format!("From a{long}\n\nx\n"), Quoting::Auto), ["\nx\n"]);
    assert_eq!(mails(&format!("From a{long}"), Quoting::Auto), [""]);
}
