"""What the page says, in English: every sentence that a person reads on it."""

# Login
LOGIN = "Log in"
LOGOUT = "Log out"
PASSWORD = "Password"  # noqa: S105 (a label)
WRONG = "That is not the password."
WAIT = "Too many wrong passwords: try again in {seconds} s."
LEAVE = "End this session on this computer?"

# Under load
STOPPING = "Quoteline is being stopped: ask again when it is back."
