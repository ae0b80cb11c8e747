"""What is asked: the ten questions and questionnaires. Forms are tables; scoring is arithmetic on them."""
