package io.fdflux.posix.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the layouts of {@code struct kevent} in plain memory, with numbers of the systems' headers. */
class KeventListTest {

    @ParameterizedTest
    @CsvSource({
        "BSD,             32, 2, 10, 12, 16, 24",
        "FREEBSD,         64, 2, 10, 12, 16, 24",
        "NETBSD,          40, 4, 12, 16, 24, 32",
        "NETBSD_EXTENDED, 72, 4, 12, 16, 24, 32",
    })
    void fieldsStandWhereTheHeadersPutThem(
            KeventList.Layout layout, int size, int width, int flags, int fflags, int data, int udata) {
        KeventList list = new KeventList(layout, 3);
        list.add(1, 0, 0, 0, 0, 0);
        list.add(0x1122334455L, -2, 0x8085, 0xCAFEBABE, -3, Long.MAX_VALUE);
        MemorySegment element = list.memory().asSlice(size, size);

        assertThat(layout.size()).isEqualTo(size);
        assertThat(list.memory().byteSize()).isEqualTo(3L * size);
        assertThat(element.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x1122334455L);
        assertThat(integer(element, 8, width)).isEqualTo(-2);
        assertThat(integer(element, flags, width) & 0xFFFF).isEqualTo(0x8085);
        assertThat(element.get(ValueLayout.JAVA_INT, fflags)).isEqualTo(0xCAFEBABE);
        assertThat(element.get(ValueLayout.JAVA_LONG, data)).isEqualTo(-3);
        assertThat(element.get(ValueLayout.JAVA_LONG, udata)).isEqualTo(Long.MAX_VALUE);
    }

    private static int integer(MemorySegment element, long offset, int width) {
        return width == 2 ? element.get(ValueLayout.JAVA_SHORT, offset) : element.get(ValueLayout.JAVA_INT, offset);
    }

    @ParameterizedTest
    @EnumSource
    void writtenFieldsAreReadBack(KeventList.Layout layout) {
        KeventList list = new KeventList(layout, 2);
        list.add(7, -1, 0x85, 1, Integer.MAX_VALUE, 42);
        list.add(8, -11, 0xC000, -1, Long.MIN_VALUE, -1);

        assertThat(list.size()).isEqualTo(2);
        assertThat(list.ident(0)).isEqualTo(7);
        assertThat(list.filter(0)).isEqualTo(-1);
        assertThat(list.flags(0)).isEqualTo(0x85);
        assertThat(list.fflags(0)).isEqualTo(1);
        assertThat(list.data(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(list.udata(0)).isEqualTo(42);
        assertThat(list.filter(1)).isEqualTo(-11);
        assertThat(list.flags(1)).as("unsigned").isEqualTo(0xC000);
        assertThat(list.data(1)).isEqualTo(Long.MIN_VALUE);
        assertThat(list.udata(1)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void growingKeepsTheElements(KeventList.Layout layout) {
        KeventList list = new KeventList(layout, 2);
        list.add(7, 0, 1, 2, 3, 4);
        list.add(8, 1, 2, 3, 4, 5);

        KeventList grown = list.grown(5);

        assertThat(grown.capacity()).isEqualTo(5);
        assertThat(grown.size()).isEqualTo(2);
        assertThat(grown.ident(1)).isEqualTo(8);
        assertThat(grown.udata(1)).isEqualTo(5);
        assertThat(grown.free().byteSize()).isEqualTo(3L * layout.size());
    }

    @Test
    void anIndexOrAnElementTooManyIsRefused() {
        KeventList list = new KeventList(KeventList.Layout.BSD, 1);
        assertThatThrownBy(() -> list.ident(0)).isInstanceOf(IndexOutOfBoundsException.class);
        list.add(1, 0, 0, 0, 0, 0);
        assertThatThrownBy(() -> list.ident(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.add(2, 0, 0, 0, 0, 0)).isInstanceOf(IllegalStateException.class);
        list.clear();
        list.add(3, 0, 0, 0, 0, 0);
        assertThat(list.ident(0)).isEqualTo(3);
    }
}
