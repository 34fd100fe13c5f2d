package io.fdflux.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

/** Checks the documented sequence, whatever the size of its pieces. A Python program generated these digests. */
class SeededBytesTest {

    @ParameterizedTest
    @CsvSource({
        "0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "1, 5bad0d1132ac152cf657be8918ae163578448d56d40def9a590fe3dcab0c339b",
        "13, 4b66f7f39127f5ad4c015ea15f63f48e1de71eb41da6dd3b0446071689ef85f0",
        "16384, 7abd5d57b7b894fa1fdd953391b5259b58a04fa1b04b1684d7f2ff79ff820eb6",
        "16397, 83ee43e7ed08eb73dcca30b408352011c0e221a0f55fe7cd13575ef2d0a8fed8",
        "1000003, b71eda69caa1ed912d871d633b9fe8a434e5567ee87689264a610a06a31ad66f",
    })
    void digestsAreKnown(long bytes, String digest) {
        assertThat(DownloadHandler.digest(bytes)).isEqualTo(digest);
        Sha256 streamed = new Sha256();
        stream(bytes).forEach(streamed::update);
        assertThat(streamed.hex()).isEqualTo(digest);
        assertThat(streamed.bytes()).isEqualTo(bytes);
    }

    @Test
    void chunksAreMadeOnDemand() {
        assertThat(stream(2 * SeededBytes.CHUNK + 1))
                .extracting(DataBuffer::readableByteCount)
                .containsExactly(SeededBytes.CHUNK, SeededBytes.CHUNK, 1);
        long all = 1L << 40; // would not fit into memory
        List<DataBuffer> two = SeededBytes.stream(all, DefaultDataBufferFactory.sharedInstance)
                .take(2)
                .collectList()
                .block();
        assertThat(two).hasSize(2);
    }

    private static List<DataBuffer> stream(long bytes) {
        return SeededBytes.stream(bytes, DefaultDataBufferFactory.sharedInstance)
                .collectList()
                .block();
    }
}
