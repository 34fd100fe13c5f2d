package io.fdflux.kqueue;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the shim behave like an older kernel until closed. */
@SuppressWarnings("restricted") // calls switches of the shim, which production code does not have
final class OlderKernel implements AutoCloseable {

    private final MemorySegment function;

    private OlderKernel(MemorySegment function) {
        this.function = function;
        set(1);
    }

    /** Empty if kqueue is not the shim's, because a real kernel cannot be changed. */
    static Optional<OlderKernel> that(String shimFunction) {
        String library = System.getProperty(NeedsKqueue.Condition.LIBRARIES);
        if (library == null) {
            return Optional.empty();
        }
        return SymbolLookup.libraryLookup(Path.of(library), Arena.global())
                .find("kqueue_shim_" + shimFunction)
                .map(OlderKernel::new);
    }

    private void set(int value) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(function, FunctionDescriptor.ofVoid(JAVA_INT))
                    .invokeExact(value);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        set(0);
    }
}
