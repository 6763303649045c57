// Coming, going, and what came in meanwhile.

export function createAccountActions({ store, shop, session, account, attempt }) {
  return {
    askToLogIn: () => account.askToLogIn(),
    askToSignUp: () => account.askToSignUp(),
    logOut: () => attempt(session.logOut),
    logOutEverywhere: () => attempt(session.logOutEverywhere),
    readAll: () => store.state.inbox.unread > 0 && attempt(shop.readAll),
    async loadLikes() {
      const likes = await attempt(shop.likes);
      if (likes) store.change({ likes });
    },
  };
}
