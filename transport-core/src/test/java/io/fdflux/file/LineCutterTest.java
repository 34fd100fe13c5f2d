package io.fdflux.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineCutterTest {

    private final LineCutter cutter = new LineCutter(StandardCharsets.UTF_8, 10);
    private final List<String> lines = new ArrayList<>();

    private void cut(byte... bytes) throws IOException {
        ByteBuf buffer = Unpooled.directBuffer().writeBytes(bytes);
        try {
            cutter.cut(buffer, lines::add);
        } finally {
            assertThat(buffer.refCnt()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    @DisplayName("lines do not depend on where the reads end, within characters either")
    void piecesOfAnySize(int size) throws IOException {
        byte[] bytes = "one\ntwö\r\n\r\n\n\rx\rthree\n€uro".getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += size) {
            cut(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
        }
        assertThat(lines).containsExactly("one", "twö", "", "", "\rx\rthree");
        cutter.end(lines::add);
        cutter.end(lines::add);
        assertThat(lines).endsWith("€uro").hasSize(6);
    }

    @Test
    void longestLine() throws IOException {
        cut("0123456789\n01234".getBytes(StandardCharsets.UTF_8));
        assertThat(lines).containsExactly("0123456789");
        assertThatThrownBy(() -> cut("567890".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 10 bytes");
    }

    @Test
    void malformedBytesAreReplaced() throws IOException {
        cut((byte) 'a', (byte) 0xff, (byte) '\n');
        assertThat(lines).containsExactly("a\ufffd");
    }
}
