package io.fdflux.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is flushed in small pieces is copied together without an object per piece, once the code is compiled. */
class StageAllocationTest {

    private static final int PIECE = 100;
    private static final int PIECES = Stage.LARGEST / PIECE;
    private static final int STAGES = 20;
    private static final int ROUNDS = 100;

    /** A view of a buffer takes more. Chunks are one in a hundred pieces. */
    private static final int BYTES_OF_AN_OBJECT = 16;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** It makes objects of its own. */
    @BeforeEach
    void withoutLeakDetection() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void withLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void aSmallPieceAllocatesNothing() {
        ByteBufAllocator allocator = new AdaptiveByteBufAllocator();
        ByteBuf piece = allocator.directBuffer(PIECE).writeZero(PIECE);
        ByteBuf[] kinds = {
            piece, piece.duplicate(), piece.asReadOnly(), Unpooled.unreleasableBuffer(piece), piece.slice(0, PIECE)
        };
        Stage stage = new Stage();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < STAGES; i++) {
                for (int j = 0; j < PIECES; j++) {
                    stage.add(kinds[j % kinds.length], allocator);
                }
                stage.release();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        piece.release();
        assertThat(least / (STAGES * PIECES)).as("bytes per piece").isLessThan(BYTES_OF_AN_OBJECT);
    }
}
