package io.fdflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Invariant 18: the order in which a stream lets go of its descriptor. */
@Timeout(60)
class LeaseOrderTest {

    @Test
    @DisplayName("when the number is closed, its handle has left the loops: the next owner gets one of its own")
    void handleIsGoneBeforeTheNumberIs() throws Exception {
        try (FdLoops loops = FdLoops.builder()
                        .poller(System.getProperty("fdflux.poller", ""))
                        .loops(1)
                        .build();
                Pipes.Pair pipe = Pipes.pipe()) {
            CompletableFuture<Descriptor> ofHandle = new CompletableFuture<>();
            CompletableFuture<Descriptor> next = new CompletableFuture<>();
            Descriptor descriptor = Descriptor.of(pipe.first().number(), number -> {
                next.complete(Descriptor.of(number, n -> 0));
                DescriptorHandle handle = loops.acquire(next.join());
                ofHandle.complete(handle.descriptor());
                loops.release(handle);
                return 0;
            });
            FdFlux.read(loops, descriptor).subscribe(null, error -> {});
            loops.group().submit(() -> {}).sync();
            descriptor.close();
            assertThat(ofHandle.get(20, TimeUnit.SECONDS)).isSameAs(next.get());
        }
    }
}
