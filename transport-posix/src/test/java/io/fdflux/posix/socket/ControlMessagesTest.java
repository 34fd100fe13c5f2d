package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ControlMessagesTest {

    private static void received(ControlMessages messages, int bytes) {
        messages.received(bytes);
    }

    @Test
    void addedMessagesAreFound() {
        ControlMessages messages = new ControlMessages(ControlMessages.space(4) + ControlMessages.space(12));
        messages.add(1, 2, 4).set(ValueLayout.JAVA_INT, 0, 42);
        MemorySegment three = messages.add(3, 4, 12);
        for (int i = 0; i < 3; i++) {
            three.setAtIndex(ValueLayout.JAVA_INT, i, 100 + i);
        }
        assertThat(messages.used()).isEqualTo(messages.capacity());
        received(messages, messages.used());
        assertThat(messages.next()).isTrue();
        assertThat(messages.is(1, 2)).isTrue();
        assertThat(messages.is(1, 3)).isFalse();
        assertThat(messages.is(2, 2)).isFalse();
        assertThat(messages.dataBytes()).isEqualTo(4);
        assertThat(messages.intAt(0)).isEqualTo(42);
        assertThatThrownBy(() -> messages.intAt(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> messages.intAt(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(messages.next()).isTrue();
        assertThat(messages.is(3, 4)).isTrue();
        assertThat(messages.dataBytes()).isEqualTo(12);
        assertThat(messages.intAt(2)).isEqualTo(102);
        assertThat(messages.next()).isFalse();
    }

    @Test
    void lastMessageMayEndWithoutItsPadding() {
        ControlMessages messages = new ControlMessages(ControlMessages.space(1));
        messages.add(1, 2, 1).set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
        received(messages, ControlMessages.length(1));
        assertThat(messages.next()).isTrue();
        assertThat(messages.dataBytes()).isOne();
        assertThat(messages.next()).isFalse();
    }

    @Test
    void aMessageBeyondTheCapacityIsRefused() {
        ControlMessages messages = new ControlMessages(ControlMessages.space(4));
        messages.add(1, 2, 4);
        assertThatThrownBy(() -> messages.add(1, 2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void lengthsThatLeaveTheBufferEndTheSequence() {
        for (long length : new long[] {0, 1, ControlMessages.length(0) - 1, ControlMessages.length(5), 1 << 20, -1}) {
            ControlMessages messages = new ControlMessages(ControlMessages.space(4));
            messages.add(1, 2, 4);
            if (ControlMessages.length(0) == 16 && MessageHeader.BYTES == 56) {
                messages.memory().set(ValueLayout.JAVA_LONG, 0, length);
            } else {
                messages.memory().set(ValueLayout.JAVA_INT, 0, (int) length);
            }
            received(messages, ControlMessages.length(4));
            assertThat(messages.next()).as("length %d", length).isFalse();
            assertThat(messages.next()).isFalse();
        }
    }

    @Test
    void lessThanAHeaderIsNothing() {
        ControlMessages messages = new ControlMessages(ControlMessages.space(4));
        messages.add(1, 2, 4);
        for (int bytes : new int[] {-1, 0, 1, 11}) {
            received(messages, bytes);
            assertThat(messages.next()).isFalse();
        }
    }

    @Test
    void moreThanTheBufferIsTheBuffer() {
        ControlMessages messages = new ControlMessages(ControlMessages.space(4));
        messages.add(1, 2, 4);
        received(messages, Integer.MAX_VALUE);
        assertThat(messages.next()).isTrue();
        assertThat(messages.next()).isFalse();
    }
}
