package io.fdflux.descriptor;

import io.fdflux.spi.PollerProvider;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A replacement of the machine's kernel for tests: its pollers and its calls on descriptors. Loops built within
 * {@link #under} run on it.
 *
 * @param pollers creates the pollers of loops
 * @param calls   opens descriptors for streams
 */
public record Kernel(PollerProvider pollers, DescriptorCalls calls) {

    private static final ScopedValue<Kernel> CURRENT = ScopedValue.newInstance();

    /** Requires both. */
    public Kernel {
        Objects.requireNonNull(pollers, "pollers");
        Objects.requireNonNull(calls, "calls");
    }

    /** {@return the kernel of the test that builds loops on this thread; empty for the machine's kernel} */
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
