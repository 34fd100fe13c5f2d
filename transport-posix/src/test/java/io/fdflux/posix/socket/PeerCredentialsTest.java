package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PeerCredentials;
import org.junit.jupiter.api.Test;

/** Tests how each system reports a missing peer. */
class PeerCredentialsTest {

    private static final int WHOLE = 1000;
    private static final PeerCredentials PEER = new PeerCredentials(1, 2, 3);

    @Test
    void aMissingPeerIsEnotconnOnEachSystem() throws Exception {
        assertThat(PeerCredentialsCalls.errno(-Errno.ENOTCONN, PEER)).isEqualTo(Errno.ENOTCONN);
        assertThat(PeerCredentialsCalls.errno(-Errno.EINVAL, PEER)).as("NetBSD").isEqualTo(Errno.ENOTCONN);
        assertThat(PeerCredentialsCalls.errno(WHOLE, new PeerCredentials(0, -1, -1)))
                .as("Linux")
                .isEqualTo(Errno.ENOTCONN);
        try (Descriptor alone = UnixSockets.stream()) {
            assertThatThrownBy(() -> PeerCredentialsCalls.of(alone.number()))
                    .hasMessageEndingWith("Transport endpoint is not connected");
        }
    }

    @Test
    void otherFailuresKeepTheirErrno() {
        assertThat(PeerCredentialsCalls.errno(WHOLE, PEER)).isZero();
        assertThat(PeerCredentialsCalls.errno(-Errno.EBADF, PEER)).isEqualTo(Errno.EBADF);
        assertThat(PeerCredentialsCalls.errno(1, PEER)).as("a short structure").isEqualTo(Errno.EINVAL);
    }
}
