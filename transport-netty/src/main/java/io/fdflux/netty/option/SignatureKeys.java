package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.TcpOptions;
import io.netty.channel.ChannelException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The peers of a socket with TCP_MD5SIG keys. The keys themselves are in the kernel only, which does not return them.
 */
final class SignatureKeys {

    private final SocketOptions socket;
    private final EngineUnsafe unsafe;
    private Set<InetAddress> peers;

    /**
     * Creates the keys of a channel's socket.
     *
     * @param inherited the keys of the listener; null without a listener
     */
    SignatureKeys(SocketOptions socket, EngineUnsafe unsafe, SignatureKeys inherited) {
        this.socket = socket;
        this.unsafe = unsafe;
        this.peers = inherited == null ? Set.of() : inherited.peers();
    }

    private synchronized Set<InetAddress> peers() {
        return peers;
    }

    /** Replaces all keys. Every key is checked before the first one is set. */
    synchronized void replace(Map<?, ?> keys) {
        KernelOption.requireAvailable(
                OptionKeys.TCP_MD5SIG, TcpOptions.hasSignatureKeys(), "on the BSDs set the keys with setkey(8)");
        Map<InetAddress, byte[]> checked = checked(keys);
        Set<InetAddress> removed = new HashSet<>(peers);
        removed.removeAll(checked.keySet());
        peers = Set.copyOf(checked.keySet());
        socket.set("TCP_MD5SIG", false, (fd, ipv6) -> {
            for (InetAddress peer : removed) {
                int result = TcpOptions.setSignatureKey(fd, peer, new byte[0], ipv6);
                if (result != -Errno.ENOENT) { // a connection inherits the key of its peer only
                    require(result, peer);
                }
            }
            checked.forEach((peer, key) -> require(TcpOptions.setSignatureKey(fd, peer, key, ipv6), peer));
        });
    }

    private void require(int result, InetAddress peer) {
        if (result < 0) {
            throw new ChannelException(Errno.exception("setsockopt", unsafe + ", TCP_MD5SIG of " + peer, -result));
        }
    }

    private static Map<InetAddress, byte[]> checked(Map<?, ?> keys) {
        Map<InetAddress, byte[]> checked = new HashMap<>();
        keys.forEach((peer, key) -> {
            if (!(peer instanceof InetAddress address) || !(key instanceof byte[] bytes)) {
                throw new IllegalArgumentException(
                        "TCP_MD5SIG takes a Map<InetAddress, byte[]>, and this one has %s of %s"
                                .formatted(key == null ? null : key.getClass().getSimpleName(), peer));
            }
            if (bytes.length == 0 || bytes.length > TcpOptions.MAX_SIGNATURE_KEY_BYTES) {
                throw new IllegalArgumentException("TCP_MD5SIG: a key has 1 to %d bytes, not %d, the length for %s"
                        .formatted(TcpOptions.MAX_SIGNATURE_KEY_BYTES, bytes.length, address));
            }
            checked.put(address, bytes);
        });
        return checked;
    }
}
