package io.fdflux.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CallingThread;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.io.Io;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests the threads of the loops. */
class LoopThreadFactoryTest {

    private static final int NO_DESCRIPTOR = -1;

    private final LoopThreadFactory factory = new LoopThreadFactory("test", true);

    @Test
    void callsWriteErrnoToTheFieldOfTheirThread() throws Exception {
        CompletableFuture<MemorySegment> used = new CompletableFuture<>();
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread thread = factory.newThread(() -> {
            used.complete(NativeFunctions.state());
            try (Arena arena = Arena.ofConfined()) {
                result.complete(Io.recv(NO_DESCRIPTOR, arena.allocate(1).address(), 1));
            }
        });
        thread.start();
        thread.join();
        MemorySegment field = ((CallingThread) thread).callState();
        assertThat(used.get()).isSameAs(field).isNotSameAs(NativeFunctions.state());
        assertThat(result.get()).isEqualTo(-Errno.EBADF);
        assertThat(NativeFunctions.errno(field)).isEqualTo(Errno.EBADF);
    }

    @Test
    void threadsShareNoSegment() {
        CallingThread first = (CallingThread) factory.newThread(() -> {});
        CallingThread second = (CallingThread) factory.newThread(() -> {});
        assertThat(first.callState()).isNotSameAs(second.callState());
    }
}
