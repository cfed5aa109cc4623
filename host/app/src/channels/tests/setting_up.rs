//! Chats and mailboxes wait for what an admin sets up.

use super::*;

#[tokio::test]
async fn a_chat_waits_for_a_bot_and_a_token_that_is_none_is_refused_without_being_repeated() {
    let (world, _, _delivering) = World::delivering().await;
    let refused = world.channels.begin_chat(world.asha, "phone".to_owned()).await.err().unwrap();
    assert_eq!(refused.to_string(), "the installation has no bot; an admin sets one up");
    let refused = world.channels.prepare_bot(Secret::new("QXZW".to_owned())).await.unwrap_err();
    assert!(!refused.to_string().contains("QXZW"), "{refused}");
    let refused = world.channels.prepare_bot(Secret::new("1:QXZWQXZW".to_owned())).await.unwrap_err();
    assert!(refused.to_string().starts_with("it was tried and did not work: no connection"), "{refused}");
    let bot =
        Bot { name: "a_bot".to_owned(), token: Secret::new("1:QXZWQXZW".to_owned()), changed_at: START };
    world.channels.set_bot(bot).await.unwrap();
    let code = world.channels.begin_chat(world.asha, "phone".to_owned()).await.unwrap();
    assert_eq!(code.bot, "a_bot");
    assert_eq!(world.channels.take_chat_code("another"), None);
    let (user, name) = world.channels.take_chat_code(code.issued.code.expose()).unwrap();
    assert_eq!((user, name.as_str()), (world.asha, "phone"));
    world.channels.add_chat(user, name, 7).await.unwrap();
    let again = Carriers::load(&world.store, &world.channels.vault).await.unwrap();
    assert_eq!(again.bot().unwrap().token.expose(), "1:QXZWQXZW");
}

#[tokio::test]
async fn a_mailbox_waits_for_a_mail_server_that_lets_the_installation_in_and_codes_are_bounded() {
    let (world, _, _delivering) = World::delivering().await;
    let address = Secret::new("asha@example.org".to_owned());
    let begin = || world.channels.begin_mailbox(world.asha, "mail".to_owned(), &address);
    assert_eq!(
        begin().await.unwrap_err().to_string(),
        "the installation has no mail server; an admin sets one up"
    );
    // Nobody listens there.
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port: 1,
        security: MailSecurity::None,
        log_in: None,
        from: "prahari@example.org".to_owned(),
    };
    let refused = world.channels.set_mail(server.clone()).await.unwrap_err();
    assert!(refused.to_string().starts_with("it was tried and did not work: the mail server"), "{refused}");
    let mail = Mail { server, changed_at: START };
    world.channels.carriers.set_mail(&world.store, &world.channels.vault, mail).await.unwrap();
    for _ in 0..MOST_CODES {
        let refused = begin().await.unwrap_err();
        assert!(matches!(refused, AppError::Channel(ChannelError::Carrier(_))), "{refused}");
    }
    let refused = begin().await.unwrap_err();
    let expected = START.plus_minutes(60);
    assert!(
        matches!(refused, AppError::Channel(ChannelError::CodesTooOften { retry_at }) if retry_at == expected),
        "{refused}"
    );
    let typed = Secret::new("abcd-abcd-abcd-abcd".to_owned());
    let refused = world.channels.confirm_mailbox(world.asha, &typed).await.unwrap_err();
    assert!(matches!(refused, AppError::Channel(ChannelError::WrongCode)), "{refused}");
    let again = Carriers::load(&world.store, &world.channels.vault).await.unwrap();
    assert_eq!(again.mail().unwrap().server.from, "prahari@example.org");
}
