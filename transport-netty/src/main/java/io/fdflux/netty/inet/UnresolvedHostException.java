package io.fdflux.netty.inet;

import java.nio.channels.UnresolvedAddressException;

/** The exception of Netty's and the JDK's channels for an unresolved host name, with the name in its message. */
final class UnresolvedHostException extends UnresolvedAddressException {

    private static final long serialVersionUID = 1L;

    private final String host;

    UnresolvedHostException(String host) {
        this.host = host;
    }

    @Override
    public String getMessage() {
        return host + " is not resolved; is the host name right, and is there a resolver?";
    }
}
