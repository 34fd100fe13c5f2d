package io.fdflux.file;

import io.fdflux.loop.Placement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Follows the end of a file, across its replacement and truncation.
 *
 * @param <T> bytes or lines
 */
public final class TailFlux<T> extends Flux<T> {

    /** A start position: the end of the file that exists at the subscription. */
    public static final long END = -1;

    /**
     * What is followed, and how.
     *
     * @param path      need not exist, but its directory must
     * @param start     where reading begins in the file that exists at the subscription; {@link #END} for its end
     * @param interval  of polling; null to be notified by the kernel
     * @param chunk     the most bytes of one read
     * @param allocator of the buffers
     */
    public record Settings(Path path, long start, Duration interval, int chunk, ByteBufAllocator allocator) {}

    private final Placement where;
    private final Settings settings;
    private final Supplier<Cutter<T>> cutters;

    private TailFlux(Placement where, Settings settings, Supplier<Cutter<T>> cutters) {
        this.where = where;
        this.settings = settings;
        this.cutters = cutters;
    }

    /**
     * Creates a Flux of bytes.
     *
     * @param where    chooses the loop of a subscription, and the place of the file's changes in a pass
     * @param settings what is followed
     * @return the bytes, as they are read; the subscriber releases every buffer
     */
    public static Flux<ByteBuf> bytes(Placement where, Settings settings) {
        return new TailFlux<>(where, settings, ByteCutter::new);
    }

    /**
     * Creates a Flux of lines.
     *
     * @param where    chooses the loop of a subscription, and the place of the file's changes in a pass
     * @param settings what is followed
     * @param charset  one where LF is the byte 10
     * @param longest  the most bytes of a line
     * @return the lines, without their ends
     */
    public static Flux<String> lines(Placement where, Settings settings, Charset charset, int longest) {
        return new TailFlux<>(where, settings, () -> new LineCutter(charset, longest));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        new TailStream<>(where.nextLoop(), where.priority(), actual, settings, cutters.get()).subscribe();
    }
}
