package application.flux;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.ReadOptions;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** Writes to a pipe, and reads from it. */
public final class Pipe {

    private Pipe() {}

    public static void main(String[] arguments) throws IOException {
        if (!Pollers.isAvailable(Pollers.select("").name())) {
            throw new IllegalStateException("the best poller is not available");
        }
        try (FdLoops loops = FdLoops.builder().loops(1).build();
                Pipes.Pair pipe = Pipes.pipe()) {
            Descriptor from = pipe.first();
            FdFlux.write(loops, pipe.second(), Mono.fromSupplier(() -> bytes("echo")))
                    .block(Duration.ofSeconds(20));
            System.out.println(loops.read(from, ReadOptions.defaults().chunkSize(64))
                    .map(Pipe::text)
                    .blockFirst(Duration.ofSeconds(20)));
            if (loops.total(Counter.BYTES_READ) != "echo".length()) {
                throw new IllegalStateException("read " + loops.total(Counter.BYTES_READ) + " bytes");
            }
        }
        if (!Errno.message(Errno.EPIPE).equals("Broken pipe")) {
            throw new IllegalStateException(Errno.message(Errno.EPIPE));
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static String text(ByteBuf buffer) {
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return text;
    }
}
