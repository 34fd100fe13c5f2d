package io.fdflux.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.loop.Placement;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Invariant 18: the order in which a stream releases its descriptor. */
@Timeout(60)
class LeaseOrderTest {

    @Test
    @DisplayName("the handle leaves the loops before the number closes, so the next owner gets a handle of its own")
    void handleIsGoneBeforeTheNumberIs() throws Exception {
        try (FdLoops loops = FdLoops.builder()
                        .poller(System.getProperty("fdflux.poller", ""))
                        .loops(1)
                        .build();
                Pipes.Pair pipe = Pipes.pipe()) {
            DescriptorHandles handles =
                    new DescriptorHandles(new Placement(() -> loops.group().next(), 0), DescriptorCalls.posix());
            CompletableFuture<Descriptor> ofHandle = new CompletableFuture<>();
            CompletableFuture<Descriptor> next = new CompletableFuture<>();
            Descriptor descriptor = Descriptor.of(pipe.first().number(), number -> {
                next.complete(Descriptor.of(number, n -> 0));
                DescriptorHandle handle = handles.acquire(next.join());
                ofHandle.complete(handle.descriptor());
                handles.release(handle);
                return 0;
            });
            new ReadFlux(handles, descriptor, 0, ByteBufAllocator.DEFAULT).subscribe(null, error -> {});
            loops.group().submit(() -> {}).sync();
            descriptor.close();
            assertThat(ofHandle.get(20, TimeUnit.SECONDS)).isSameAs(next.get());
        }
    }
}
