package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import org.junit.jupiter.api.Test;

/** Tests the table in {@link NewerCall}. */
class NewerCallTest {

    @Test
    void aFunctionThatIsMissingIsNotTried() {
        assertThat(NewerCall.of("fdflux_no_such_function").isTried()).isFalse();
        assertThat(NewerCall.of("read").isTried()).isTrue();
    }

    @Test
    void enosysSettlesItWheneverItComes() {
        NewerCall untried = NewerCall.of(true);
        assertThat(untried.isRefusal(-Errno.ENOSYS)).isTrue();
        assertThat(untried.isTried()).isFalse();

        NewerCall worked = NewerCall.of(true);
        worked.isRefusal(7);
        assertThat(worked.isRefusal(-Errno.ENOSYS)).isTrue();
        assertThat(worked.isTried()).isFalse();
    }

    @Test
    void epermIsARefusalOnceTheOlderCallHasSucceeded() {
        NewerCall call = NewerCall.of(true);
        assertThat(call.isRefusal(-Errno.EPERM)).isTrue();
        assertThat(call.stoodIn(-Errno.EPERM)).isEqualTo(-Errno.EPERM);
        assertThat(call.isTried()).as("the older call fails with EPERM too").isTrue();
        assertThat(call.stoodIn(-Errno.EAGAIN)).isEqualTo(-Errno.EAGAIN);
        assertThat(call.isTried()).as("no evidence").isTrue();
        assertThat(call.stoodIn(0)).isZero();
        assertThat(call.isTried()).isFalse();
    }

    /** A firewall rule may forbid a connection: accept(2). */
    @Test
    void epermOfACallThatWorksIsMeant() {
        NewerCall call = NewerCall.of(true);
        assertThat(call.isRefusal(-Errno.EAGAIN))
                .as("a sandbox would not return EAGAIN")
                .isFalse();
        assertThat(call.isRefusal(-Errno.EPERM)).isFalse();
        assertThat(call.isTried()).isTrue();
    }
}
