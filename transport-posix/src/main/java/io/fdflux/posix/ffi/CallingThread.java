package io.fdflux.posix.ffi;

import java.lang.foreign.MemorySegment;

/** A thread that keeps the segment of its calls in a field. Other threads look theirs up for each call. */
public interface CallingThread {

    /** {@return a segment of {@link NativeFunctions#newState} for this thread alone, always the same} */
    MemorySegment callState();
}
