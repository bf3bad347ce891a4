//! Sharing a published total among units so that the shares add up to it again.

/// Shares `total` among the weights by largest remainder: each share is the exact one, cut or
/// raised by less than 1, and the shares' sum is `total`.
///
/// Equal remainders go to the earlier place. When all weights are 0 they count as equal; without
/// weights there are no shares.
#[must_use]
pub fn allocate(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().copied().map(u128::from).sum();
    if sum == 0 {
        return match weights.len() {
            0 => Vec::new(),
            places => allocate(total, &vec![1; places]),
        };
    }
    let exact = |&weight: &u64| u128::from(total) * u128::from(weight);
    let mut shares: Vec<u64> = weights.iter().map(|w| (exact(w) / sum) as u64).collect();
    let mut places: Vec<usize> = (0..weights.len()).collect();
    places.sort_by_key(|&place| core::cmp::Reverse(exact(&weights[place]) % sum));
    let left = total - shares.iter().sum::<u64>();
    for place in places.into_iter().take(left as usize) {
        shares[place] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_provinces_total_is_shared_without_loss() {
        assert_eq!(allocate(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(allocate(654_392, &[0, 5, 0]), [0, 654_392, 0]);
        assert_eq!(allocate(3, &[0, 0]), [2, 1]);
        assert!(allocate(3, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_nearly_exact(
            total: u64,
            weights in proptest::collection::vec(any::<u64>(), 1..40),
        ) {
            let shares = allocate(total, &weights);
            let sum: u128 = weights.iter().copied().map(u128::from).sum();
            prop_assert_eq!(shares.iter().copied().map(u128::from).sum::<u128>(), total.into());
            for (share, weight) in shares.iter().zip(&weights).filter(|_| sum > 0) {
                let exact = u128::from(total) * u128::from(*weight) / sum;
                prop_assert!(u128::from(*share) == exact || u128::from(*share) == exact + 1);
            }
        }
    }
}
