package io.fdflux.netty.inet;

import java.nio.channels.UnresolvedAddressException;

/** What Netty's and the JDK's channels throw for a host name without an address, saying which one. */
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
