package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunListTest {

    @Test
    void growsWithItsHeadInTheMiddle() {
        RunList<Registration> list = new RunList<>();
        for (int i = 0; i < 40; i++) {
            list.add(Registrations.of(i));
        }
        for (int i = 0; i < 40; i++) {
            list.poll();
        }
        for (int i = 0; i < 1_000; i++) {
            list.add(Registrations.of(i));
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(list.poll().handle().fd()).isEqualTo(i);
        }
    }
}
