package io.fdflux.benchmarks.program.load;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load has done.
 *
 * @param operations that were completed
 * @param seconds    from the first one's start to the last one's end
 * @param errors     wrong answers, lost connections, lost datagrams
 * @param inFlight   how many answers it awaited at a time, which the harness needs for the correction of latencies
 * @param histogram  of the latencies of answers in nanoseconds, as measured; an answer may stand for several operations
 */
public record LoadResult(long operations, double seconds, long errors, int inFlight, Histogram histogram) {

    /** {@return the values by name; the histogram compressed, in base64} */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("operations", operations);
        map.put("seconds", seconds);
        map.put("errors", errors);
        map.put("inFlight", inFlight);
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        map.put("histogram", Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length)));
        return map;
    }
}
