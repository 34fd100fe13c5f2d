package io.fdflux.descriptor;

import io.fdflux.spi.PollerProvider;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A kernel other than the machine's, for tests: its pollers and its calls on descriptors. Loops that are built within
 * {@link #under} run on it.
 *
 * @param pollers where loops get their pollers
 * @param calls   open descriptors for streams
 */
public record Kernel(PollerProvider pollers, DescriptorCalls calls) {

    private static final ScopedValue<Kernel> CURRENT = ScopedValue.newInstance();

    /** Both are needed. */
    public Kernel {
        Objects.requireNonNull(pollers, "pollers");
        Objects.requireNonNull(calls, "calls");
    }

    /** {@return the kernel of the test that builds loops on this thread; empty for the machine's} */
    public static Optional<Kernel> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /**
     * Builds loops on this kernel.
     *
     * @param <T>   their type
     * @param build builds them, on the calling thread
     * @return the loops
     */
    public <T> T under(Supplier<T> build) {
        return ScopedValue.where(CURRENT, this).call(build::get);
    }
}
