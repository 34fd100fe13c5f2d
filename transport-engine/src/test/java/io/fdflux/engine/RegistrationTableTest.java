package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RegistrationTableTest {

    @Test
    @DisplayName("invariant 7: a stale token finds nothing, although its slot is in use again")
    void lateToken() {
        RegistrationTable table = new RegistrationTable();
        long old = table.add(Registrations.of(5));
        table.remove(old);
        Registration next = Registrations.of(5);
        long token = table.add(next);
        assertThat((int) token).as("the same slot").isEqualTo((int) old);
        assertThat(table.get(old)).isNull();
        assertThat(table.get(token)).isSameAs(next);
    }

    @Test
    void growsAndKeepsAll() {
        RegistrationTable table = new RegistrationTable();
        Map<Long, Registration> model = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            Registration registration = Registrations.of(i);
            model.put(table.add(registration), registration);
        }
        model.forEach((token, registration) -> assertThat(table.get(token)).isSameAs(registration));
        assertThat(table.size()).isEqualTo(10_000);
        List.copyOf(model.keySet()).forEach(table::remove);
        assertThat(table.size()).isZero();
        assertThat(table.copy()).isEmpty();
    }

    @Test
    void tokensThatWereNeverGivenFindNobody() {
        RegistrationTable table = new RegistrationTable();
        long token = table.add(Registrations.of(1));
        for (long wrong : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, token + 1, token | 1L << 32, 0x8000_0000L}) {
            assertThat(table.get(wrong)).as("token %d", wrong).isNull();
        }
    }

    @Test
    void removingTwiceIsRefused() {
        RegistrationTable table = new RegistrationTable();
        long token = table.add(Registrations.of(1));
        table.remove(token);
        assertThatThrownBy(() -> table.remove(token))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("token " + token);
    }
}
